import type { FaultTable } from './faults.ts'
import { endpointNames, relayFaultTable } from './relay-faults.ts'
import { rpcFaultTable } from './rpc-faults.ts'

/** What `npm run devnet -- --help` says of each method: how it is called, what it does, and an example. */
export const operatorHelp: readonly (readonly [call: string, meaning: string, example: string])[] = [
  [
    'devnet_mine [blocks]',
    'makes up to 10,000 blocks at once (1 unless told); returns the newest number',
    'devnet_mine 3',
  ],
  [
    'devnet_reorg [depth]',
    'replaces the newest 1 to 3 blocks (1 unless told) by empty ones; what was in them waits again',
    'devnet_reorg 2',
  ],
  [
    'devnet_skip [seconds]',
    'lets time pass without blocks: the next one comes so much later (up to a day)',
    'devnet_skip 3600',
  ],
  ['devnet_setAutomine [on or off]', 'starts or stops making blocks by the clock', 'devnet_setAutomine off'],
  [
    'devnet_setPrice [symbol, usd]',
    'moves the reference price; feeds and pools follow in the next block',
    'devnet_setPrice WETH 2400',
  ],
  ['devnet_market [on or off]', 'lets the price move by itself, or holds it', 'devnet_market off'],
  ['devnet_feedKeeper [on or off]', 'off: nobody posts to the feeds, so they grow stale', 'devnet_feedKeeper off'],
  ['devnet_noise [on or off]', 'people trade in public, or nobody does', 'devnet_noise off'],
  [
    'devnet_sandwicher [on or off]',
    'somebody sandwiches what waits in the public pool, or nobody does',
    'devnet_sandwicher on',
  ],
  [
    'devnet_sandwiches []',
    'every sandwich that is in the chain: what the victim lost, what the sandwicher gained',
    'devnet_sandwiches',
  ],
  [
    'devnet_builder [name, on or off]',
    'off: titan (4 in 5 blocks) or buildernet (1 in 5) takes no private orders, and still wins its blocks',
    'devnet_builder buildernet off',
  ],
  [
    'devnet_relayFault [endpoint, fault, value]',
    'lets an endpoint misbehave in a way that --help lists; the fault "none" ends all of them',
    'devnet_relayFault relay leak 0.5',
  ],
  [
    'devnet_rpcFault [path, fault, value]',
    'lets the JSON-RPC at a path, told by its first segment, misbehave in a way that --help lists; "none" ends all of them',
    'devnet_rpcFault b lag 2',
  ],
  ['devnet_leak [on or off]', 'the fault leak of /relay, for all orders or none', 'devnet_leak on'],
  [
    'devnet_privateOrder [hash]',
    'where a private transaction was handed in, which builders have it, and what was asked for',
    `devnet_privateOrder 0x${'ab'.repeat(32)}`,
  ],
  [
    'devnet_publicSightings [address]',
    "how many of this sender's transactions the public pool has shown",
    'devnet_publicSightings 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  ],
  [
    'devnet_fund [token, to, amount]',
    'gives base units (decimal string) of a token; "ETH" gives wei',
    'devnet_fund USDC 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 1000000',
  ],
  [
    'devnet_status []',
    'where the chain, the pool, the relays and the market stand, and every fault that is on',
    'devnet_status',
  ],
]

/** The part of the help text that tells how to steer the chain. */
export function steeringHelp(): string {
  const methods = operatorHelp.map(([call, meaning, example]) => `  ${call}\n      ${meaning}\n      e.g. ${example}`)
  return `${methods.join('\n')}

Faults of the endpoints ${endpointNames.join(', ')} (several may be on at once):

${faultLines(relayFaultTable)}

Faults of the JSON-RPC at a path, whose first segment (a of /a) names the provider:

${faultLines(rpcFaultTable)}`
}

function faultLines<Settings extends object>(table: FaultTable<Settings>): string {
  const names = Object.keys(table) as (keyof Settings & string)[]
  return names.map((name) => `  ${name.padEnd(10)} ${table[name].meaning} (${table[name].form})`).join('\n')
}
