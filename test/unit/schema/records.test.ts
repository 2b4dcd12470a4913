import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recordHash } from '../../../shared/audit/log-chain.ts'
import { configurationHash } from '../../../shared/schema/configuration-hash.ts'
import { type DecisionRecord, decisionRecordSchema } from '../../../shared/schema/decision.ts'
import { address, bytes32 } from '../../../shared/schema/primitives.ts'
import { strategyConfigurationSchema } from '../../../shared/schema/strategy.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { chain, inputWith, strategyId, twapConfiguration, vaultAddress } from '../decide/world.ts'

describe('what is hashed', () => {
  it('is the configuration’s content, not its spelling', () => {
    const hash = configurationHash(twapConfiguration)
    const json = z.encode(strategyConfigurationSchema, twapConfiguration)
    const reversed = Object.fromEntries(Object.entries(json).reverse())
    expect(configurationHash(strategyConfigurationSchema.parse(reversed))).toBe(hash)
    const shouting = { ...json, sell: json.sell.toLowerCase() }
    expect(configurationHash(strategyConfigurationSchema.parse(shouting))).toBe(hash)
    expect(configurationHash({ ...twapConfiguration, slippageBps: 61 })).not.toBe(hash)
  })

  it('is the same for a record in memory, as stored, and read back', () => {
    const input = inputWith()
    const record: DecisionRecord = {
      type: 'decision',
      pipelineVersion: 1,
      sequence: 0,
      vault: vaultAddress,
      chainId: chain.id,
      strategyId,
      slot: 0,
      attempt: 1,
      decidedAt: input.snapshot.timestamp,
      input,
      decision: decide(input, contextFor(chain)),
    }
    const stored = JSON.parse(JSON.stringify(z.encode(decisionRecordSchema, record)))
    const readBack = z.decode(decisionRecordSchema, stored)
    expect(recordHash(stored)).toBe(recordHash(record))
    expect(recordHash(readBack)).toBe(recordHash(record))
    expect(recordHash({ ...record, slot: 1 })).not.toBe(recordHash(record))
  })
})

describe('addresses and hashes', () => {
  it('decode to one spelling and encode back', () => {
    const lower = '0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640'
    expect(address.parse(lower)).toBe('0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640')
    expect(z.encode(address, address.parse(lower))).toBe('0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640')
    expect(address.safeParse('0x88E6a0c2ddd26feeb64f039a2c41296fcb3f5640').success).toBe(false)
    expect(bytes32.parse(`0x${'AB'.repeat(32)}`)).toBe(`0x${'ab'.repeat(32)}`)
    expect(bytes32.safeParse('0x12').success).toBe(false)
  })
})
