import { concat, encodePacked, keccak256 } from 'viem'
import { expect, test } from 'vitest'
import type { InitialisedTick } from '../../../shared/schema/pool.ts'
import { tickDigest } from '../../../workers/agent/tick-digest.ts'
import { Random } from '../random.ts'

test('the digest is that of the bytes which the lens is tested with', () => {
  const ticks = [
    { index: -120, liquidityNet: 10n ** 18n },
    { index: -60, liquidityNet: 23n },
    { index: 180, liquidityNet: -(10n ** 18n) - 23n },
  ]
  const bytes = [
    '0xffff8800000000000000000de0b6b3a7640000',
    '0xffffc400000000000000000000000000000017',
    '0x0000b4fffffffffffffffff21f494c589bffe9',
  ] as const
  expect(tickDigest(ticks)).toBe(keccak256(concat(bytes)))
  expect(tickDigest([])).toBe(keccak256('0x'))
})

test('any ticks are packed as Solidity packs them', () => {
  const random = new Random(19)
  for (let round = 0; round < 100; round++) {
    const ticks = Array.from({ length: round % 7 }, () => anyTick(random))
    const packed = ticks.map(({ index, liquidityNet }) => encodePacked(['int24', 'int128'], [index, liquidityNet]))
    expect(tickDigest(ticks)).toBe(keccak256(concat(packed)))
  }
})

test('every part of every tick counts, and their order', () => {
  const [first, second] = [
    { index: -887_272, liquidityNet: 2n ** 127n - 1n },
    { index: 887_272, liquidityNet: -(2n ** 127n) },
  ]
  const variants = [
    [first, second],
    [second, first],
    [first],
    [{ ...first, index: -887_271 }, second],
    [{ ...first, liquidityNet: first.liquidityNet - 1n }, second],
    [first, { ...second, liquidityNet: second.liquidityNet + 2n ** 64n }],
  ]
  expect(new Set(variants.map(tickDigest)).size).toBe(variants.length)
})

function anyTick(random: Random): InitialisedTick {
  const index = Math.floor((random.unit() * 2 - 1) * 887_272)
  const size = BigInt(Math.floor(random.unit() * 2 ** 53)) ** 2n
  return { index, liquidityNet: random.unit() < 0.5 ? size : -size }
}
