import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ethereum } from '../../../shared/chain/chains/1.ts'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../../shared/chain/chains/known.ts'
import { RelayRefused, relayNames } from '../../../shared/chain/relays.ts'
import { type Env, environmentSchema, readEnvironment } from '../../../workers/environment.ts'
import { openLadder } from '../../../workers/relays/ladder.ts'
import { order, record, taken } from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

function open(chain: ChainDefinition | undefined, ladder: string | undefined, more: Partial<Env> = {}) {
  const { RELAY_LADDER: _replaced, ...variables } = env as Env
  const given = ladder === undefined ? {} : { RELAY_LADDER: ladder }
  return openLadder(environmentSchema.parse({ ...variables, ...given, ...more }), chain)
}

function refusalOf(chain: ChainDefinition | undefined, ladder: string | undefined): string {
  try {
    open(chain, ladder)
  } catch (error) {
    if (error instanceof RelayRefused) return error.message
    throw error
  }
  return 'not refused'
}

describe('the relays of a chain', () => {
  it('are opened by name, in the configured order', () => {
    const ladder = relayNames.toReversed().map((name) => `${name}=https://${name}.test`)
    expect(open(devnet, ladder.join(', ')).map(({ name }) => name)).toEqual(relayNames.toReversed())
  })

  it('are three at three hosts on Ethereum if none is named, each at its own address', async () => {
    const ladder = open(ethereum, undefined)
    expect(ladder.map(({ name }) => name)).toEqual(['flashbots-private', 'titan', 'mev-blocker'])
    const sent = record(taken)
    for (const relay of open(ethereum, 'flashbots-private,mev-share,mev-blocker,titan')) await relay.send(await order())
    expect([...new Set(sent.map(({ url }) => url))]).toEqual([
      'https://relay.flashbots.net',
      'https://rpc.mevblocker.io/fullprivacy',
      'https://rpc.titanbuilder.xyz',
    ])
  })

  it('may be at another address, whatever that contains', async () => {
    const sent = record(taken)
    for (const relay of open(ethereum, 'mev-blocker=https://rpc.test/fast?key=a=b')) await relay.send(await order())
    expect(sent.map(({ url }) => url)).toEqual(['https://rpc.test/fast?key=a=b'])
  })

  it('show an order to the configured builders only', async () => {
    const sent = record(taken)
    const ladder = open(ethereum, 'flashbots-private,mev-share', { RELAY_BUILDERS: 'flashbots, titan' })
    for (const relay of ladder) await relay.send(await order())
    expect(sent).toHaveLength(2)
    for (const { body } of sent) expect(body).toContain('"builders":["flashbots","titan"]')
  })
})

describe('what is refused at opening', () => {
  it.each([
    [
      'any relay on a chain without a definition',
      chainDefinition(5),
      'titan=https://a.test',
      /^No relay is used on a chain without/,
    ],
    [
      'none on a chain where none is usual',
      devnet,
      undefined,
      /^Set RELAY_LADDER: no relay of Portcullis local chain has/,
    ],
    ['a relay that there is not', ethereum, 'public', /^"public" is no relay; there are flashbots-private, /],
    ['an empty list', ethereum, '', /^One name in RELAY_LADDER is no relay; there are flashbots-private, /],
    ['an empty place in the list', ethereum, 'titan,,mev-blocker', /^One name in RELAY_LADDER is no relay/],
    [
      'a relay that the chain does not list',
      ethereum,
      'sequencer=https://a.test',
      /^There is no relay sequencer on Ethereum\.$/,
    ],
    [
      'a relay without an address',
      ethereum,
      'builder',
      /^The relay builder has no known address on Ethereum: write builder=URL/,
    ],
    ['a relay with an empty address', devnet, 'titan=', /^The address of the relay titan must be an https address/],
    ['a relay at no address', ethereum, 'titan=rpc.titan', /^The address of the relay titan must be/],
    ['a relay by another protocol', ethereum, 'titan=wss://rpc.titan', /^The address of the relay titan must be/],
    [
      'a relay in the clear',
      ethereum,
      'titan=http://rpc.titanbuilder.xyz',
      /^The address of the relay titan must be an https/,
    ],
    ['a relay named twice', ethereum, 'titan,titan=https://a.test', /^The relay titan is in RELAY_LADDER twice\.$/],
  ])('%s', (_what, chain, ladder, sentence) => {
    expect(refusalOf(chain, ladder)).toMatch(sentence)
  })

  it('does not repeat an address, which may carry a key', () => {
    for (const ladder of [
      'titan=http://rpc.test/secret-key',
      'https://rpc.test/secret-key',
      'https://rpc.test/?key=secret-key',
      'titan:https://rpc.test/secret-key',
      `secret-key-${'a'.repeat(40)}`,
    ]) {
      expect(refusalOf(ethereum, ladder)).toMatch(
        /^(The address of the relay titan must be|One name in RELAY_LADDER is no)/,
      )
      expect(refusalOf(ethereum, ladder)).not.toContain('secret-key')
    }
  })

  it('takes this machine in the clear', () => {
    for (const host of ['127.0.0.1:8545', 'localhost:8545', '[::1]:8545']) {
      expect(open(devnet, `titan=http://${host}/titan`)).toHaveLength(1)
    }
  })
})

describe('builders that are named beside a relay that cannot keep to them', () => {
  const reading = (ladder: string | undefined, builders: string) => {
    const { RELAY_LADDER: _replaced, ...variables } = env as Env
    return readEnvironment({ ...variables, RELAY_LADDER: ladder, RELAY_BUILDERS: builders })
  }

  it('are refused in one sentence, wherever that relay stands', () => {
    for (const ladder of [
      'flashbots-bundle',
      'titan,flashbots-bundle=https://relay.test',
      ' flashbots-bundle ,titan',
    ]) {
      expect(reading(ladder, 'flashbots')).toEqual({
        ok: false,
        sentence:
          'The relay flashbots-bundle cannot keep to RELAY_BUILDERS: leave it out of RELAY_LADDER, or RELAY_BUILDERS empty.',
      })
    }
  })

  it('are fine without it, and it is fine without them', () => {
    expect(reading('flashbots-private,mev-share,titan', 'flashbots')).toMatchObject({ ok: true })
    expect(reading('flashbots-bundle', ' , ')).toMatchObject({ ok: true })
  })

  it('are fine beside the usual relays', () => {
    expect(open(ethereum, undefined).map(({ name }) => name)).not.toContain('flashbots-bundle')
    expect(reading(undefined, 'flashbots')).toMatchObject({ ok: true })
  })
})
