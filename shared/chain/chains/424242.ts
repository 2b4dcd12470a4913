import type { ChainDefinition } from './chain.ts'

/**
 * The local chain. Addresses follow from its deployer's key and the order in which scripts/devnet builds the world, which
 * refuses to start when they differ from these.
 */
export const devnet: ChainDefinition = {
  id: 424242,
  name: 'Portcullis local chain',
  blockSeconds: 12,
  confirmations: 2,
  tokens: [
    {
      symbol: 'WETH',
      name: 'Wrapped Ether',
      decimals: 18,
      address: '0xfbfbfDdd6e35dA57b7B0F9a2C10E34Be70B3A4E9',
      feed: { source: '0x58c1c343c185Aa5CD3c2Cc1c2b7d7bD055F1bf98', heartbeat: 3600 },
    },
    {
      symbol: 'USDC',
      name: 'USD Coin',
      decimals: 6,
      address: '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404',
      feed: { source: '0x749d20D85555330d20862770b58a72939285c42a', heartbeat: 86_400 },
    },
    {
      symbol: 'USDT',
      name: 'Tether USD',
      decimals: 6,
      address: '0xCABEe62adFB2a4d4172Fc2F7536f324FC52C274a',
      feed: { source: '0x5c4A427Fbc88c761db3887d88606D97D32e95c3B', heartbeat: 86_400 },
    },
    {
      symbol: 'WBTC',
      name: 'Wrapped BTC',
      decimals: 8,
      address: '0xD89c1432EaA169C54dC7610C744c68a2F4b6B3e5',
      feed: { source: '0xcA88B57549db9f89C1f9D3603b4e04A15242e100', heartbeat: 3600 },
    },
    {
      symbol: 'DAI',
      name: 'Dai Stablecoin',
      decimals: 18,
      address: '0x4425918ff69Fe214AC093710cF41216AE9149c3A',
      feed: { source: '0x8fFbf6bED8E989688A9BF15203697F87CB63Dd2A', heartbeat: 86_400 },
    },
  ],
  wrappedNative: '0xfbfbfDdd6e35dA57b7B0F9a2C10E34Be70B3A4E9',
  intermediates: [
    '0xfbfbfDdd6e35dA57b7B0F9a2C10E34Be70B3A4E9',
    '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404',
    '0xCABEe62adFB2a4d4172Fc2F7536f324FC52C274a',
  ],
  uniswapV2: [
    {
      factory: '0xF801fc13AA08876F343fEBf50dFfA52A78180811',
      initCodeHash: '0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f',
      feePips: 3000,
    },
  ],
  uniswapV3: [
    {
      factory: '0xC7975277e79BD36eb18bD490d097a6857e130e48',
      initCodeHash: '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54',
      feeTiers: [100, 500, 3000, 10_000],
    },
  ],
  uniswapV4: [],
  // All of them, on whatever port the chain was started.
  relays: {
    'flashbots-private': null,
    'flashbots-bundle': null,
    'mev-share': null,
    'mev-blocker': null,
    titan: null,
    builder: null,
    sequencer: null,
  },
}
