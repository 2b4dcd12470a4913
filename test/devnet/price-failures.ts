import { type Address, concatHex, encodeDeployData, type Hex, type StateOverride, toHex } from 'viem'
import type { Devnet } from '../../scripts/devnet/devnet.ts'
import { priceSources } from '../../scripts/devnet/price-sources.ts'
import { clientOf, sendAll } from '../../scripts/devnet/transactions.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { priceOracleAbi, priceOracleBytecode } from '../../shared/chain/generated/priceOracle.ts'

/** Code that answers every question with these words. */
function answering(...words: bigint[]): Hex {
  const stores = words.map((word, index): Hex => `0x7f${toHex(word, { size: 32 }).slice(2)}60${place(index)}52`)
  return concatHex([...stores, `0x60${place(words.length)}6000f3`])
}

const place = (index: number) => toHex(32 * index, { size: 1 }).slice(2)
const undecodable: Hex = '0xfe'

/**
 * What can be the matter with the price of ether, which has a feed and an average in USDC, and the state that makes it so.
 * The oracle of a rollup stands in for the vault's own where the sequencer is down.
 */
export async function brokenSources(
  devnet: Devnet,
  oracle: Address,
): Promise<readonly (readonly [reason: string, override: StateOverride])[]> {
  const client = clientOf(devnet)
  const sources = await priceSources(client, devnet.chain)
  const sourceOf = (symbol: string) => {
    const { address } = tokenBySymbol(devnet.chain, symbol)
    const found = sources.find(({ token }) => token === address)
    if (found === undefined) throw new Error(`The local chain has no price of ${symbol}.`)
    return found.source
  }
  const [ether, dollar] = [sourceOf('WETH'), sourceOf('USDC')]
  const now = BigInt(await devnet.chainTime())
  const says = (answer: bigint) => answering(1n, answer, now, now, 1n)
  const rollup = await rollupOracle(devnet, dollar.feed)
  return [
    ['PriceUnavailable', [{ address: ether.feed, code: undecodable }]],
    ['PriceInvalid', [{ address: ether.feed, code: says(0n) }]],
    ['PriceOutOfBounds', [{ address: ether.feed, code: says(1n) }]],
    ['QuoteDepegged', [{ address: dollar.feed, code: says(50_000_000n) }]],
    ['TwapUnavailable', [{ address: ether.pool, code: undecodable }]],
    ['SequencerDown', [{ address: oracle, code: rollup }]],
  ]
}

/** Code of an oracle whose uptime feed says something else than zero. */
async function rollupOracle(devnet: Devnet, uptimeFeed: Address): Promise<Hex> {
  const data = encodeDeployData({ abi: priceOracleAbi, bytecode: priceOracleBytecode, args: [uptimeFeed, 3600n] })
  const [receipt] = await sendAll(devnet, [{ from: devnet.accounts.keeper, data, purpose: 'deploying an oracle' }])
  const address = receipt?.contractAddress
  const code = address == null ? undefined : await clientOf(devnet).getCode({ address })
  if (code === undefined) throw new Error('The oracle was not deployed.')
  return code
}
