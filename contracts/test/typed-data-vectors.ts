// Prints the digests that TypedDataVectors.t.sol holds fixed, computed by viem from the one place where the types are
// written: `node contracts/test/typed-data-vectors.ts`.
import { hashTypedData } from 'viem'
import { mandateId, typedDataTypes, vaultDomain } from '../../shared/schema/mandate.ts'

const vault = '0x00000000000000000000000000000000000000aa'
const sell = '0x00000000000000000000000000000000000000a1'
const buy = '0x00000000000000000000000000000000000000b2'
const domain = vaultDomain(424242, vault)
const word = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`

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
console.log({ mandate, order, voucher, breakerReset })
