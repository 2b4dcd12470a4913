import { type Finding, type GuardInput, pass, refuse } from './guard.ts'

/** Mirrors the vault's list of models: only those on it may back an order. */
export function modelMayTrade({ modelActive }: GuardInput): Finding {
  return modelActive ? pass : refuse('ModelInactive', 'The owner has to allow the model in use.')
}
