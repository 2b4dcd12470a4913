import { z } from 'zod'
import { invalidParameters } from './json-rpc.ts'
import { onOff } from './parameters.ts'

/** One way to misbehave. */
export interface Fault<Value> {
  /** What it is set to while it does not happen. */
  off: Value
  values: z.ZodType<Value>
  /** The values in words. */
  form: string
  meaning: string
}

export type FaultTable<Settings> = { readonly [Name in keyof Settings]: Fault<Settings[Name]> }

/** Turns every fault off. */
export const noFault = 'none'

export function flagFault(meaning: string): Fault<boolean> {
  return { off: false, values: onOff, form: 'true or false', meaning }
}

/** `most` is the largest number of blocks. */
export function blocksFault(most: number, meaning: string): Fault<number> {
  const off = z.literal(false).transform(() => 0)
  return { off: 0, values: z.union([z.int().min(0).max(most), off]), form: `0 to ${most} blocks`, meaning }
}

export function shareFault(meaning: string): Fault<number> {
  const all = onOff.transform(Number)
  return { off: 0, values: z.union([z.number().min(0).max(1), all]), form: 'a share from 0 to 1', meaning }
}

export function faultsOff<Settings extends object>(table: FaultTable<Settings>): Settings {
  return Object.fromEntries(faultNames(table).map((name) => [name, table[name].off])) as Settings
}

/** Those that are on, with their values. */
export function activeFaults<Settings extends object>(table: FaultTable<Settings>, settings: Settings) {
  const active = faultNames(table).filter((name) => settings[name] !== table[name].off)
  return Object.fromEntries(active.map((name) => [name, settings[name]]))
}

/** Sets one fault, or none of them; throws a JsonRpcError with one sentence for what it cannot mean. */
export function setFault<Settings extends object>(
  table: FaultTable<Settings>,
  settings: Settings,
  text: string,
  value: unknown,
): void {
  if (text === noFault) {
    Object.assign(settings, faultsOff(table))
    return
  }
  const name = faultNames(table).find((known) => known === text)
  if (name === undefined) {
    const known = [...faultNames(table), noFault].join(', ')
    throw invalidParameters(`there is no fault "${text.slice(0, 40)}"; there are ${known}`)
  }
  const read = table[name].values.safeParse(value)
  if (!read.success) throw invalidParameters(`the fault ${text} takes ${table[name].form}`)
  settings[name] = read.data
}

function faultNames<Settings extends object>(table: FaultTable<Settings>): (keyof Settings & string)[] {
  return Object.keys(table) as (keyof Settings & string)[]
}
