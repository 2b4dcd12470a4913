import { zeroAddress } from 'viem'
import type { ChainDefinition } from './chain.ts'

/**
 * Ethereum mainnet. WBTC is priced by the BTC / USD feed: a depeg of the wrapper itself is not seen by it.
 * Heartbeats are the feeds' published ones (data.chain.link).
 */
export const ethereum: ChainDefinition = {
  id: 1,
  name: 'Ethereum',
  blockSeconds: 12,
  confirmations: 2,
  tokens: [
    {
      symbol: 'WETH',
      name: 'Wrapped Ether',
      decimals: 18,
      address: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
      feed: { source: '0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419', heartbeat: 3600 },
    },
    {
      symbol: 'USDC',
      name: 'USD Coin',
      decimals: 6,
      address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
      feed: { source: '0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6', heartbeat: 86_400 },
    },
    {
      symbol: 'USDT',
      name: 'Tether USD',
      decimals: 6,
      address: '0xdAC17F958D2ee523a2206206994597C13D831ec7',
      feed: { source: '0x3E7d1eAB13ad0104d2750B8863b489D65364e32D', heartbeat: 86_400 },
    },
    {
      symbol: 'WBTC',
      name: 'Wrapped BTC',
      decimals: 8,
      address: '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599',
      feed: { source: '0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c', heartbeat: 3600 },
    },
    {
      symbol: 'DAI',
      name: 'Dai Stablecoin',
      decimals: 18,
      address: '0x6B175474E89094C44Da98b954EedeAC495271d0F',
      feed: { source: '0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9', heartbeat: 3600 },
    },
  ],
  wrappedNative: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  intermediates: [
    '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
    '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
    '0xdAC17F958D2ee523a2206206994597C13D831ec7',
  ],
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
      feeTiers: [100, 500, 3000, 10_000],
    },
  ],
  uniswapV4: [
    {
      manager: '0x000000000004444c5dc75cB358380D2e3dE08A90',
      pools: [
        { feePips: 100, tickSpacing: 1, hooks: zeroAddress },
        { feePips: 500, tickSpacing: 10, hooks: zeroAddress },
        { feePips: 3000, tickSpacing: 60, hooks: zeroAddress },
        { feePips: 10_000, tickSpacing: 200, hooks: zeroAddress },
      ],
    },
  ],
  // docs.flashbots.net, docs.cow.fi/mevblocker, docs.titanbuilder.xyz. No sequencer: blocks come from many builders here.
  relays: {
    'flashbots-private': 'https://relay.flashbots.net',
    'flashbots-bundle': 'https://relay.flashbots.net',
    'mev-share': 'https://relay.flashbots.net',
    'mev-blocker': 'https://rpc.mevblocker.io/fullprivacy',
    titan: 'https://rpc.titanbuilder.xyz',
    builder: null,
  },
}
