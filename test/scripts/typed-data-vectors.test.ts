import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { typedDataVectors } from '../../contracts/test/typed-data-vectors.ts'

it('what the contracts are tested against is what viem makes of the types that people sign', () => {
  const file = join(import.meta.dirname, '../../contracts/test/TypedDataVectors.t.sol')
  const constants = readFileSync(file, 'utf8').matchAll(/bytes32 private constant (\w+) =\s*(0x[0-9a-f]{64});/g)
  const held = Object.fromEntries([...constants].map(([, name, digest]) => [name, digest]))
  expect(held).toEqual(typedDataVectors())
})
