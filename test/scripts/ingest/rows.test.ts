import { expect, test } from 'vitest'
import { heading, inChainOrder, type PoolEvent, rowOf } from '../../../scripts/ingest/rows.ts'

// Rows of Ethereum's USDC/WETH 0.05 % pool on 5 January 2024, as the public file has them.

const pool = '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640'
const blockHash = `0x${'ab'.repeat(32)}` as const

const swap: PoolEvent = {
  ...{ address: pool, blockHash, blockNumber: 18937382, transactionIndex: 33, logIndex: 169 },
  transactionHash: '0x0bb5e0dc49ae0b5a1949beabadc64522dd5615415a168650a3b592a84ae5ee05',
  eventName: 'Swap',
  args: {
    sender: '0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD',
    recipient: '0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD',
    amount0: -22686110n,
    amount1: 10000000000000000n,
    sqrtPriceX96: 1662995104975155420368771254341874n,
    liquidity: 12453647101533358277n,
    tick: 199045,
  },
}

const position = {
  owner: '0x51C72848c68a965f66FA7a88855F9f7784502a7F',
  ...{ tickLower: 199060, tickUpper: 199070, amount: 389297572651811471360n },
} as const

test('the heading and the rows are those of the public files, to the byte', () => {
  expect(heading).toBe(
    'block,time,tx_index,log_index,tx_hash,event,sender,recipient,amount0,amount1,sqrtPriceX96,liquidity,tick,tick_lower,tick_upper,liquidity_delta\r\n',
  )
  expect(rowOf(swap, 1704412823)).toBe(
    '18937382,2024-01-05 00:00:23,33,169,0x0bb5e0dc49ae0b5a1949beabadc64522dd5615415a168650a3b592a84ae5ee05,SWAP,0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad,0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad,-22686110,10000000000000000,1662995104975155420368771254341874,12453647101533358277,199045,,,\r\n',
  )
})

test('a mint adds its liquidity and a burn takes it; the owner is the recipient', () => {
  const mint: PoolEvent = {
    ...{ address: pool, blockHash, blockNumber: 18937605, transactionIndex: 4, logIndex: 36 },
    transactionHash: '0xf66dc1f9c6d2cc31f5a09d52a5b99956b00ad849434c533c52b8858dc804fe28',
    eventName: 'Mint',
    args: { ...position, amount0: 7589502067301n, amount1: 738908802009978532321n },
  }
  expect(rowOf(mint, 1704415499)).toBe(
    '18937605,2024-01-05 00:44:59,4,36,0xf66dc1f9c6d2cc31f5a09d52a5b99956b00ad849434c533c52b8858dc804fe28,MINT,,0x51c72848c68a965f66fa7a88855f9f7784502a7f,7589502067301,738908802009978532321,,,,199060,199070,389297572651811471360\r\n',
  )
  const burn: PoolEvent = {
    ...{ address: pool, blockHash, blockNumber: 18937605, transactionIndex: 6, logIndex: 45 },
    transactionHash: '0xbf586d67dfa4e650791c84554f670a86574911229023f9f727b72dc5373927e2',
    eventName: 'Burn',
    args: { ...position, amount0: 7547323922438n, amount1: 757521129258455969288n },
  }
  expect(rowOf(burn, 1704415499)).toBe(
    '18937605,2024-01-05 00:44:59,6,45,0xbf586d67dfa4e650791c84554f670a86574911229023f9f727b72dc5373927e2,BURN,,0x51c72848c68a965f66fa7a88855f9f7784502a7f,7547323922438,757521129258455969288,,,,199060,199070,-389297572651811471360\r\n',
  )
  // A burn of nothing, which collects fees, is 0 and not -0.
  expect(rowOf({ ...burn, args: { ...burn.args, amount: 0n } }, 1704415499)).toMatch(/,199070,0\r\n$/)
})

test('events come in the order of the chain, and each once', () => {
  const at = (blockNumber: number, logIndex: number): PoolEvent => ({ ...swap, blockNumber, logIndex })
  const shuffled = [at(10, 2), at(9, 30), at(10, 2), at(10, 1), at(9, 4), at(9, 30)]
  const places = inChainOrder(shuffled).map(({ blockNumber, logIndex }) => [blockNumber, logIndex])
  expect(places).toEqual([
    [9, 4],
    [9, 30],
    [10, 1],
    [10, 2],
  ])
})
