import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { poolCandidates, sortTokens } from '../../../shared/chain/pool-address.ts'

const usdc = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
const weth = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'

/** The factories of Ethereum mainnet, whose pools everybody knows. */
const mainnet: ChainDefinition = {
  id: 1,
  name: 'Ethereum',
  blockSeconds: 12,
  confirmations: 3,
  tokens: [],
  wrappedNative: weth,
  intermediates: [],
  uniswapV2: [
    {
      factory: '0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f',
      initCodeHash: '0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f',
      feePips: 3000,
    },
  ],
  uniswapV3: [
    {
      factory: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
      initCodeHash: '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54',
      feeTiers: [500, 3000],
    },
  ],
  uniswapV4: [],
  relays: {},
}

describe('pool addresses', () => {
  it('derives the well-known mainnet pools of USDC and WETH, in either token order', () => {
    const expected = [
      { venue: 'UniswapV2', pool: '0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc', feePips: 3000 },
      { venue: 'UniswapV3', pool: '0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640', feePips: 500 },
      { venue: 'UniswapV3', pool: '0x8ad599c3A0ff1De082011EFDDc58f1908eb6e6D8', feePips: 3000 },
    ]
    expect(poolCandidates(mainnet, usdc, weth)).toEqual(expected)
    expect(poolCandidates(mainnet, weth, usdc)).toEqual(expected)
  })

  it('has v4 pools under the key of the pair, beside the others', () => {
    const hooks = '0x0000000000000000000000000000000000000020'
    const manager = '0x000000000004444c5dc75cB358380D2e3dE08A90'
    const pools = [
      { feePips: 500, tickSpacing: 10, hooks: zeroAddress },
      { feePips: 123, tickSpacing: 7, hooks } as const,
    ]
    const chain = { ...mainnet, uniswapV4: [{ manager, pools }] } as const
    const expected = pools.map(({ feePips, tickSpacing, hooks }) => ({
      ...{ venue: 'UniswapV4', pool: manager, feePips, key: { token0: usdc, token1: weth, tickSpacing, hooks } },
    }))
    expect(poolCandidates(chain, usdc, weth)).toEqual([...poolCandidates(mainnet, usdc, weth), ...expected])
    expect(poolCandidates(chain, weth, usdc).slice(-2)).toEqual(expected)
  })

  it('orders tokens by number, whatever their capitalisation, and refuses a pair of one', () => {
    expect(sortTokens(weth, usdc)).toEqual([usdc, weth])
    expect(() => sortTokens(weth, '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2')).toThrow(RangeError)
  })
})
