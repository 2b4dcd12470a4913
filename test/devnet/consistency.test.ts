import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { ReadGate } from '../../scripts/devnet/read-gate.ts'
import { ask, nonceOf, post, relayClient, signTransfer } from './clients.ts'

let devnet: Devnet
beforeAll(async () => {
  // Fifty blocks a second: readers meet blocks being made all the time.
  devnet = await startDevnet({ port: 0, speed: 600 })
})
afterAll(() => devnet.stop())

test('while blocks are made, every batch sees one block, and no private transaction before it is in one', async () => {
  const { trader } = devnet.accounts
  const relay = relayClient(devnet)
  const batch = JSON.stringify(
    [
      ['eth_blockNumber', []],
      ['eth_getBlockByNumber', ['latest', false]],
      ['eth_getTransactionCount', [trader.address, 'latest']],
      ['eth_getTransactionCount', [trader.address, 'pending']],
      ['eth_getBlockByNumber', ['pending', false]],
      ['txpool_content', []],
    ].map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params })),
  )
  let nonce = await nonceOf(devnet, trader)
  const blocks = new Set<string>()
  const sent: string[] = []
  for (let round = 0; round < 150; round++) {
    if (round % 5 === 0) {
      const raw = await signTransfer(trader, { nonce: nonce++ })
      sent.push(keccak256(raw))
      await relay('eth_sendPrivateTransaction', { tx: raw })
    }
    const answers = (await post(devnet.rpcUrl, batch)) as { result: unknown }[]
    const [number, latest, nonceNow, noncePending, pending, pool] = answers.map(({ result }) => result)
    const head = latest as { number: string }
    blocks.add(head.number)
    expect(head.number).toBe(number)
    expect(noncePending).toBe(nonceNow)
    expect(JSON.stringify([pending, pool])).not.toMatch(new RegExp(trader.address.slice(2), 'i'))
    for (const hash of sent) expect(JSON.stringify([pending, pool])).not.toContain(hash)
  }
  expect(blocks.size).toBeGreaterThan(10)
  await devnet.control.mine()
  for (const hash of sent)
    expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  expect(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)).toBe(0)
})

test('chain time moves by exactly one block interval, whoever makes the block', async () => {
  await ask(devnet.rpcUrl, 'devnet_setAutomine', false)
  const last = Number(await ask(devnet.rpcUrl, 'devnet_mine', 3))
  const times: number[] = []
  for (let number = last - 20; number <= last; number++) {
    const block = (await ask(devnet.rpcUrl, 'eth_getBlockByNumber', `0x${number.toString(16)}`, false)) as {
      timestamp: string
    }
    times.push(Number(block.timestamp))
  }
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(new Set(steps)).toEqual(new Set([12]))
  const stopped = await ask(devnet.rpcUrl, 'eth_blockNumber')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await ask(devnet.rpcUrl, 'eth_blockNumber')).toBe(stopped)
  await ask(devnet.rpcUrl, 'devnet_setAutomine', true)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await ask(devnet.rpcUrl, 'eth_blockNumber')).not.toBe(stopped)
})

test('the gate lets readers in together, writers alone, and survives what throws', async () => {
  const gate = new ReadGate()
  const log: string[] = []
  const pause = () => new Promise((resolve) => setTimeout(resolve, 10))
  const reader = (name: string) =>
    gate.read(async () => {
      log.push(`${name} in`)
      await pause()
      log.push(`${name} out`)
    })
  const early = [reader('a'), reader('b')]
  const write = gate.exclusive(async () => {
    log.push('write in')
    await pause()
    log.push('write out')
  })
  await Promise.resolve()
  const late = reader('c')
  await Promise.all([...early, write, late])
  expect(log).toEqual(['a in', 'b in', 'a out', 'b out', 'write in', 'write out', 'c in', 'c out'])
  await expect(gate.exclusive(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(gate.read(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await gate.exclusive(async () => 'still works')).toBe('still works')
})

test('answers many at once who ask what unknown accounts held in an old block', async () => {
  await ask(devnet.rpcUrl, 'devnet_mine', 3)
  const old = `0x${(Number(await ask(devnet.rpcUrl, 'eth_blockNumber')) - 2).toString(16)}`
  const balances = Array.from({ length: 100 }, (_, index) =>
    ask(devnet.rpcUrl, 'eth_getBalance', `0x${(0xa11ce000 + index).toString(16).padStart(40, '0')}`, old),
  )
  expect(new Set(await Promise.all(balances))).toEqual(new Set(['0x0']))
})
