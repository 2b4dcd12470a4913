import { encodeAbiParameters, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { artifacts } from '../../../models/generated/artifacts.ts'
import { modelInUseId } from '../../../models/model-in-use.ts'

describe('the id of a model', () => {
  it('is the registry’s hash of its weights, its manifest and its code', () => {
    const words = [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'bytes32' }] as const
    const { weightsHash, manifestHash, codeHash } = artifacts
    expect(modelInUseId).toBe(keccak256(encodeAbiParameters(words, [weightsHash, manifestHash, codeHash])))
  })
})
