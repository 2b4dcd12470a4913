import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  keccak256,
  maxUint256,
  parseAbi,
  toHex,
  zeroAddress,
} from 'viem'
import type { HDAccount } from 'viem/accounts'
import { typedDataTypes, vaultDomain } from '../../../shared/schema/mandate.ts'
import { type Call, type Chain, compiled } from './chain.ts'
import { amount, type Exchange, erc20, fund, observations, poolState, split, unit } from './exchange.ts'

const chainId = 31337
const modelId = keccak256(toHex('bench model'))
const period = 1800
const observationAbi: Abi = parseAbi([
  'function observations(uint256) view returns (uint32 blockTimestamp, int56 tickCumulative, uint160, bool initialized)',
])

export interface Parts {
  router: Address
  oracle: Address
  approvals: Address
  usdFeed: Address
  wethFeed: Address
}

export interface People {
  owner: HDAccount
  treasurer: HDAccount
  executor: HDAccount
  guardian: HDAccount
  sentinel: HDAccount
  reviewers: HDAccount[]
}

export type Variant = 'plain' | 'sentinel' | 'voucher' | 'refund'

export interface OpenVault {
  address: Address
  variant: Variant
  mandate: ReturnType<typeof mandateFor>
  mandateId: Hex
}

/** Router, oracle, approvals and two proxied feeds: what all vaults of the bench share. */
export async function deployParts(chain: Chain, admin: HDAccount): Promise<Parts> {
  const feed = compiled('BenchContracts.sol', 'BenchFeed')
  return {
    router: await chain.deploy(admin, compiled('Router.sol', 'Router')),
    oracle: await chain.deploy(admin, compiled('PriceOracle.sol', 'PriceOracle'), [zeroAddress, 0n]),
    approvals: await chain.deploy(admin, compiled('Approvals.sol', 'Approvals')),
    usdFeed: await chain.deploy(admin, feed, [10n ** 8n]),
    wethFeed: await chain.deploy(admin, feed, [3000n * 10n ** 8n]),
  }
}

/** What the WETH feed says from now on, in whole USD. */
export async function setPrice(chain: Chain, admin: HDAccount, parts: Parts, usd: bigint): Promise<void> {
  const aggregator = await chain.read<Address>(
    parts.wethFeed,
    compiled('BenchContracts.sol', 'BenchFeed').abi,
    'aggregator',
  )
  await chain.call(admin, aggregator, compiled('BenchContracts.sol', 'BenchAggregator').abi, 'set', [usd * 10n ** 8n])
}

function configurationFor(parts: Parts, people: People, exchange: Exchange, variant: Variant, expiry: bigint) {
  const plain = { heartbeat: 172_800, pool: zeroAddress, quote: zeroAddress, bandBps: 0 }
  const usd = { ...plain, feed: parts.usdFeed, lowestPrice: (95n * unit) / 100n, highestPrice: (105n * unit) / 100n }
  const average = { pool: exchange.low, quote: exchange.usd, bandBps: 300 }
  const weth = { feed: parts.wethFeed, heartbeat: 172_800, lowestPrice: unit, highestPrice: 100_000n * unit }
  return {
    owner: people.owner.address,
    treasurer: people.treasurer.address,
    guardians: [people.guardian.address],
    reviewers: people.reviewers.map(({ address }) => address),
    reviewThreshold: 2,
    executor: people.executor.address,
    executorExpiry: expiry,
    sentinel: variant === 'sentinel' ? people.sentinel.address : zeroAddress,
    router: parts.router,
    oracle: parts.oracle,
    approvals: parts.approvals,
    wrappedNative: exchange.weth,
    dailyLossUsd: 10_000_000n * unit,
    models: [modelId],
    assets: [
      { token: exchange.usd, source: { ...usd, errorBps: 25 } },
      { token: exchange.weth, source: { ...weth, ...average, errorBps: 50 } },
    ],
    limits: {
      automaticLimitUsd: (variant === 'voucher' ? 30_000n : 100_000n) * unit,
      sizeCapUsd: 1_000_000n * unit,
      volumeCapacityUsd: 10_000_000n * unit,
      lossCapacityUsd: 100_000n * unit,
      refundCapacityUsd: (variant === 'refund' ? 1_000n : 0n) * unit,
      maximumSlippageBps: 200,
      drawdownBps: 5000,
      referenceVolatilityBps: 500,
      maximumCheckpointAge: 86_400,
    },
  }
}

function mandateFor(exchange: Exchange, now: number) {
  return {
    strategy: keccak256(toHex('bench strategy')),
    sell: exchange.usd,
    buy: exchange.weth,
    total: 4_000_000n * unit,
    maximumSlice: amount,
    refillAmount: 0n,
    refillPeriod: 0,
    start: BigInt(now),
    end: BigInt(now + 30 * 86_400),
    minimumInterval: 0,
    maximumExecutions: 1000,
    // 0.0003 WETH per USD.
    worstPrice: 3n * 10n ** 32n,
    slippageBps: 150,
    poorFillBps: 140,
    maximumPoorFills: 3,
    configurationHash: keccak256(toHex('bench configuration')),
    salt: 1n,
  }
}

/** A sealed and funded vault with an open mandate. */
export async function openVault(
  chain: Chain,
  admin: HDAccount,
  parts: Parts,
  people: People,
  exchange: Exchange,
  variant: Variant,
): Promise<OpenVault> {
  const artifact = compiled('Vault.sol', 'Vault')
  const expiry = BigInt(chain.time + 60 * 86_400)
  const address = await chain.deploy(admin, artifact, [configurationFor(parts, people, exchange, variant, expiry)])
  await fund(chain, admin, exchange, people.owner.address)
  for (const [token, value] of [
    [exchange.usd, 10_000_000n * unit],
    [exchange.weth, 100n * unit],
  ] as const) {
    await chain.call(people.owner, token, erc20, 'approve', [address, maxUint256])
    await chain.call(people.owner, address, artifact.abi, 'deposit', [token, value])
  }
  await chain.call(people.owner, address, artifact.abi, 'seal')
  if (variant === 'refund') await chain.send(admin, { to: address, value: 100n * unit })
  const mandate = mandateFor(exchange, chain.time)
  const typed = { domain: vaultDomain(chainId, address), types: typedDataTypes, primaryType: 'Mandate' } as const
  const signature = await people.treasurer.signTypedData({ ...typed, message: mandate })
  await chain.call(people.treasurer, address, artifact.abi, 'openMandate', [mandate, signature])
  return { address, variant, mandate, mandateId: hashTypedData({ ...typed, message: mandate }) }
}

/** The observation that the next block's average starts from. */
async function hintOf(chain: Chain, exchange: Exchange): Promise<number> {
  const { index } = await poolState(chain, exchange.low)
  const due = chain.time + 12 - period
  for (let back = 0; back < observations; back++) {
    const place = (index - back + observations) % observations
    const [at] = await chain.read<[number]>(exchange.low, observationAbi, 'observations', [BigInt(place)])
    if (at <= due) return place
  }
  throw new Error('The pool has no observation that is old enough.')
}

export async function checkpoint(chain: Chain, exchange: Exchange, vault: OpenVault): Promise<Call> {
  const args = [[0, await hintOf(chain, exchange)]]
  const { abi } = compiled('Vault.sol', 'Vault')
  return { to: vault.address, data: encodeFunctionData({ abi, functionName: 'checkpoint', args }) }
}

/** The next slice of the vault's mandate, in one leg or three, with every signature its variant needs. */
export async function execution(
  chain: Chain,
  exchange: Exchange,
  people: People,
  vault: OpenVault,
  legCount: 1 | 3,
): Promise<Call> {
  const { abi } = compiled('Vault.sol', 'Vault')
  const progress = await chain.read<{ executionCount: number }>(vault.address, abi, 'mandateProgress', [
    vault.mandateId,
  ])
  const order = {
    mandateId: vault.mandateId,
    amountIn: amount,
    // 1.4 per cent below 3,000 USD.
    minimumOut: (amount * 986n) / 3_000_000n,
    deadline: BigInt(chain.time + 72),
    executionIndex: progress.executionCount,
    epoch: 1,
    decisionHead: keccak256(toHex(`decision ${progress.executionCount}`)),
    modelId,
    sellHint: 0,
    buyHint: await hintOf(chain, exchange),
  }
  const typed = { domain: vaultDomain(chainId, vault.address), types: typedDataTypes } as const
  const sentinel =
    vault.variant === 'sentinel'
      ? await people.sentinel.signTypedData({ ...typed, primaryType: 'Order', message: order })
      : '0x'
  const voucher = vault.variant === 'voucher' ? await voucherFor(chain, people, vault, order) : noVoucher
  const args = [vault.mandate, order, legsOf(exchange, legCount), voucher, sentinel]
  return { to: vault.address, data: encodeFunctionData({ abi, functionName: 'execute', args }) }
}

const noVoucher = { minimumOut: 0n, expiry: 0n, nonce: 0n, signatures: [] }

function legsOf(exchange: Exchange, count: 1 | 3) {
  const rest = { tickSpacing: 0, hooks: zeroAddress }
  const low = { venue: 1, pool: exchange.low, feePips: 500, ...rest }
  if (count === 1) return [{ ...low, amountIn: amount }]
  const high = { venue: 1, pool: exchange.high, feePips: 3000, ...rest, amountIn: split.high }
  const pair = { venue: 0, pool: exchange.pair, feePips: 3000, ...rest, amountIn: split.pair }
  return [{ ...low, amountIn: split.low }, high, pair]
}

async function voucherFor(
  chain: Chain,
  people: People,
  vault: OpenVault,
  order: { mandateId: Hex; amountIn: bigint; minimumOut: bigint; epoch: number; executionIndex: number },
) {
  const { abi } = compiled('Vault.sol', 'Vault')
  const words = await chain.read<{ policyHash: Hex }>(vault.address, abi, 'words')
  const expiry = BigInt(chain.time + 86_400)
  const nonce = BigInt(order.executionIndex + 1)
  const message = {
    mandateId: order.mandateId,
    sell: vault.mandate.sell,
    buy: vault.mandate.buy,
    amountIn: order.amountIn,
    minimumOut: order.minimumOut,
    epoch: order.epoch,
    expiry,
    nonce,
    counter: 0n,
    policyHash: words.policyHash,
  }
  const domain = vaultDomain(chainId, vault.address)
  const signers = people.reviewers.slice(0, 2).toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      signer: signer.address,
      signature: await signer.signTypedData({ domain, types: typedDataTypes, primaryType: 'Voucher', message }),
    })),
  )
  return { minimumOut: order.minimumOut, expiry, nonce, signatures }
}

/** What volatility leaves of the size cap, in 255ths, and what the meters hold: the bench wants none of them at rest. */
export async function guardsOf(
  chain: Chain,
  exchange: Exchange,
  vault: OpenVault,
): Promise<{ sizeFactor: number; meters: bigint }> {
  const { abi } = compiled('Vault.sol', 'Vault')
  const asset = await chain.read<{ book: { sizeFactor: number } }>(vault.address, abi, 'assetOf', [exchange.weth])
  const words = await chain.read<{ meters: bigint }>(vault.address, abi, 'words')
  return { sizeFactor: asset.book.sizeFactor, meters: words.meters }
}
