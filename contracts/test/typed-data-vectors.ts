// The digests that TypedDataVectors.t.sol holds fixed, computed by viem from the one place where the types are written.
// `node contracts/test/typed-data-vectors.ts` prints them; a test holds the two files equal.
import { type Hex, hashTypedData } from 'viem'
import { mandateId, typedDataTypes, vaultDomain } from '../../shared/schema/mandate.ts'

const vault = '0x00000000000000000000000000000000000000aa'
const sell = '0x00000000000000000000000000000000000000a1'
const buy = '0x00000000000000000000000000000000000000b2'
const word = (digit: string): Hex => `0x${digit.repeat(64)}`
const lastAddress: Hex = `0x${'f'.repeat(40)}`
const largest = (bits: bigint): bigint => 2n ** bits - 1n

/** Values as they occur, in a vault on a chain of ours. */
function ordinary() {
  const domain = vaultDomain(424242, vault)
  const mandate = mandateId(424242, vault, {
    strategy: word('1'),
    sell,
    buy,
    total: 100_000_000_000n,
    maximumSlice: 20_000_000_000n,
    refillAmount: 40_000_000_000n,
    refillPeriod: 86_400,
    start: 1_790_000_000,
    end: 1_790_604_800,
    minimumInterval: 60,
    maximumExecutions: 5,
    worstPrice: 300_000_000_000_000_000_000_000_000_000_000_000_000_000_000n,
    slippageBps: 50,
    poorFillBps: 40,
    maximumPoorFills: 3,
    configurationHash: word('2'),
    salt: 7n,
  })
  const order = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'Order',
    message: {
      mandateId: word('3'),
      amountIn: 20_000_000_000n,
      minimumOut: 6_600_000_000_000_000_000n,
      deadline: 1_790_000_048n,
      executionIndex: 2,
      epoch: 3,
      decisionHead: word('5'),
      modelId: word('6'),
      sellHint: 0,
      buyHint: 299,
    },
  })
  const voucher = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'Voucher',
    message: {
      mandateId: word('3'),
      sell,
      buy,
      amountIn: 60_000_000_000n,
      minimumOut: 19_900_000_000_000_000_000n,
      epoch: 3,
      expiry: 1_790_000_600n,
      nonce: 11n,
      counter: 2n,
      policyHash: word('4'),
    },
  })
  const breakerReset = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'BreakerReset',
    message: {
      incident: 4,
      newExecutor: '0x00000000000000000000000000000000000000c3',
      executorExpiry: 1_795_000_000n,
      deadline: 1_790_086_400n,
      policyHash: word('4'),
    },
  })
  return { MANDATE: mandate, ORDER: order, VOUCHER: voucher, BREAKER_RESET: breakerReset }
}

/** Every value as large as its type allows, so that none is cut short on either side. */
function extreme() {
  const domain = vaultDomain(1, lastAddress)
  const mandate = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'Mandate',
    message: {
      strategy: word('f'),
      sell: lastAddress,
      buy: lastAddress,
      total: largest(256n),
      maximumSlice: largest(256n),
      refillAmount: largest(256n),
      refillPeriod: Number(largest(32n)),
      start: largest(64n),
      end: largest(64n),
      minimumInterval: Number(largest(32n)),
      maximumExecutions: Number(largest(32n)),
      worstPrice: largest(256n),
      slippageBps: Number(largest(16n)),
      poorFillBps: Number(largest(16n)),
      maximumPoorFills: Number(largest(8n)),
      configurationHash: word('f'),
      salt: largest(256n),
    },
  })
  const order = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'Order',
    message: {
      mandateId: word('f'),
      amountIn: largest(256n),
      minimumOut: largest(256n),
      deadline: largest(64n),
      executionIndex: Number(largest(32n)),
      epoch: Number(largest(32n)),
      decisionHead: word('f'),
      modelId: word('f'),
      sellHint: Number(largest(16n)),
      buyHint: Number(largest(16n)),
    },
  })
  const voucher = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'Voucher',
    message: {
      mandateId: word('f'),
      sell: lastAddress,
      buy: lastAddress,
      amountIn: largest(256n),
      minimumOut: largest(256n),
      epoch: Number(largest(32n)),
      expiry: largest(64n),
      nonce: largest(256n),
      counter: largest(256n),
      policyHash: word('f'),
    },
  })
  const breakerReset = hashTypedData({
    domain,
    types: typedDataTypes,
    primaryType: 'BreakerReset',
    message: {
      incident: Number(largest(32n)),
      newExecutor: lastAddress,
      executorExpiry: largest(64n),
      deadline: largest(64n),
      policyHash: word('f'),
    },
  })
  return {
    LARGEST_MANDATE: mandate,
    LARGEST_ORDER: order,
    LARGEST_VOUCHER: voucher,
    LARGEST_BREAKER_RESET: breakerReset,
  }
}

/** Digests by the names of the constants that hold them in TypedDataVectors.t.sol. */
export function typedDataVectors(): Record<string, Hex> {
  return { ...ordinary(), ...extreme() }
}

if (import.meta.main) console.log(typedDataVectors())
