import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startAnvil } from '../../scripts/devnet/anvil.ts'
import { decimalString } from '../../shared/schema/primitives.ts'
import { isRunning, runCommand, startUntil } from './run-command.ts'

const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
const summarySchema = z.object({
  slices: z.array(
    z.object({
      txHash: hash,
      amountIn: decimalString,
      amountOut: decimalString,
      oracleOut: decimalString,
      slippageBps: z.number(),
      predictedSlippageBps: z.number(),
      gasRefundWei: decimalString,
      legs: z.int().min(1),
      relay: z.string().min(1),
      decisionHead: hash,
    }),
  ),
  mandateTotal: decimalString,
  mandateFilled: decimalString,
  publicMempoolSightings: z.int(),
})

const anyPorts = ['--api-port', '0', '--chain-port', '0']
const onceJson = ['--once', '--json', ...anyPorts]

function expectWholeOrder(stdout: string): z.output<typeof summarySchema> {
  const summary = summarySchema.parse(JSON.parse(stdout))
  expect(summary.slices).toHaveLength(5)
  expect(new Set(summary.slices.map(({ txHash }) => txHash)).size).toBe(5)
  expect(summary.mandateFilled).toBe(summary.mandateTotal)
  expect(summary.slices.reduce((sum, { amountIn }) => sum + BigInt(amountIn), 0n)).toBe(BigInt(summary.mandateTotal))
  expect(summary.slices.some(({ legs }) => legs >= 2)).toBe(true)
  for (const { gasRefundWei } of summary.slices) expect(BigInt(gasRefundWei)).toBeGreaterThan(0n)
  return summary
}

/** One sentence on standard error: a line, not a stack. */
function expectOneSentence(stderr: string): void {
  const lines = stderr.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toMatch(/\bat .*:\d+:\d+/)
  expect(lines[0]).toMatch(/[.…]$/)
}

/** The chain's watchdog looks about once a second whether its chain is still wanted. */
async function expectEnded(processIds: number[]): Promise<void> {
  expect(processIds.length).toBeGreaterThanOrEqual(2)
  await expect.poll(() => processIds.filter(isRunning), { timeout: 20_000, interval: 250 }).toEqual([])
}

describe('npm start -- --once --json', () => {
  it('executes a whole TWAP in private and leaves nothing running', async () => {
    const { code, stdout, stderr, started } = await runCommand('start.ts', onceJson)
    expect(code, stderr).toBe(0)
    expect(expectWholeOrder(stdout).publicMempoolSightings).toBe(0)
    await expectEnded(started)
  })

  it('counts a transaction that the relay leaked on purpose', async () => {
    const { code, stdout, stderr } = await runCommand('start.ts', [...onceJson, '--leak', '--speed', '24'])
    expect(code, stderr).toBe(0)
    expect(expectWholeOrder(stdout).publicMempoolSightings).toBeGreaterThan(0)
  })
})

describe('npm start', () => {
  it('keeps running, serves the API and its documentation, and stops everything on Ctrl-C', async () => {
    const running = await startUntil('start.ts', anyPorts, /API: (http:\S+) {2}documentation: (http:\S+)/)
    const [, api, documentation] = running.match
    const health = await fetch(`${api}/v1/health`)
    expect(health.status).toBe(200)
    const page = await fetch(documentation ?? '')
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<html')
    const { code, started } = await running.stop()
    expect(code).toBe(0)
    expect(running.output()).toContain('Summary')
    await expectEnded(started)
  })

  it('stops everything when it is interrupted while it starts', async () => {
    const running = await startUntil('start.ts', anyPorts, /vault 0x/)
    const { code, started } = await running.stop()
    expect(code).toBe(130)
    await expectEnded(started)
  })
})

describe('FORK_URL', () => {
  it('forks a world that was started by hand', async () => {
    const origin = await startUntil('devnet.ts', ['--origin', '--port', '0'], /(http:\/\/127\.0\.0\.1:\d+)/)
    try {
      const { code, stdout, stderr } = await runCommand('start.ts', [...onceJson, '--speed', '24'], {
        FORK_URL: origin.match[1] ?? '',
      })
      expect(code, stderr).toBe(0)
      expect(expectWholeOrder(stdout).publicMempoolSightings).toBe(0)
    } finally {
      await origin.stop()
    }
  })

  it('says in one sentence that nothing answers there', async () => {
    const { code, stdout, stderr } = await runCommand('start.ts', onceJson, { FORK_URL: 'http://127.0.0.1:9' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expectOneSentence(stderr)
    expect(stderr).toContain('http://127.0.0.1:9')
  })

  it('says in one sentence that the chain is not known', async () => {
    const stranger = await startAnvil(['--chain-id', '31337'])
    try {
      const { code, stderr } = await runCommand('start.ts', onceJson, { FORK_URL: stranger.rpc.url })
      expect(code).toBe(1)
      expectOneSentence(stderr)
      expect(stderr).toContain('31337')
    } finally {
      await stranger.stop()
    }
  })
})

describe('npm start -- --help', () => {
  it.each(['--help', '-h'])('lists the options for %s and starts nothing', async (option) => {
    const { code, stdout, stderr, started } = await runCommand('start.ts', [option], { FORK_URL: '' })
    expect({ code, stderr, started }).toEqual({ code: 0, stderr: '', started: [] })
    for (const flag of ['--once', '--chain-port', 'FORK_URL']) expect(stdout).toContain(flag)
  })
})

describe('what cannot start', () => {
  it('names the port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    try {
      for (const option of ['--chain-port', '--api-port']) {
        const others = option === '--chain-port' ? ['--api-port', '0'] : ['--chain-port', '0']
        const { code, stderr } = await runCommand('start.ts', ['--once', '--json', option, port, ...others])
        expect(code).toBe(1)
        expectOneSentence(stderr)
        expect(stderr).toContain(port)
        expect(stderr).toContain(option)
      }
    } finally {
      server.close()
    }
  })

  it('wants a port each for the API and the chain, before it builds anything', async () => {
    const { code, stdout, stderr } = await runCommand('start.ts', ['--api-port', '8896', '--chain-port', '8896'])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expectOneSentence(stderr)
  })

  it('refuses options it does not know', async () => {
    const { code, stderr } = await runCommand('start.ts', ['--twice'])
    expect(code).toBe(1)
    expect(stderr).toContain('--twice')
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/)
  })
})
