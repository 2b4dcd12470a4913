import { expect, it } from 'vitest'
import { z } from 'zod'
import { runCommand } from './run-command.ts'

const figure = z.number()
const resultSchema = z.strictObject({
  rows: z.array(
    z.strictObject({
      way: z.string(),
      shortfallBps: figure,
      impactBps: figure,
      feeBps: figure,
      timingBps: figure,
      sandwichBps: figure,
      inclusionP50: figure,
      inclusionP95: figure,
    }),
  ),
})

it('npm run bench -- mev sells the same order in four ways, and tells apart what each cost', async () => {
  const { code, stdout, stderr } = await runCommand('bench.ts', ['mev', '--slices', '3', '--usd', '60000', '--json'])
  expect(code, stderr).toBe(0)
  const { rows } = resultSchema.parse(JSON.parse(stdout))
  expect(rows.map(({ way }) => way)).toEqual([
    'public, 0.5 % tolerance',
    'public, our bound',
    'private, honest relay',
    'private, relay leaks half',
  ])
  for (const { way, shortfallBps, impactBps, feeBps, timingBps, sandwichBps, inclusionP50, inclusionP95 } of rows) {
    expect(impactBps + feeBps + timingBps + sandwichBps, way).toBeCloseTo(shortfallBps, 6)
    expect(feeBps, way).toBeGreaterThan(0)
    expect(inclusionP50, way).toBeGreaterThanOrEqual(1)
    expect(inclusionP95, way).toBeGreaterThanOrEqual(inclusionP50)
  }
  const [tolerant, bounded, honest] = rows.map(({ sandwichBps }) => sandwichBps)
  expect(honest).toBe(0)
  expect(bounded).toBeGreaterThan(0)
  expect(tolerant).toBeGreaterThan(bounded ?? Number.NaN)
})
