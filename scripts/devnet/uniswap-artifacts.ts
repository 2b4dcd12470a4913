import { createRequire } from 'node:module'
import { type Abi, type Hex, isHex } from 'viem'
import { z } from 'zod'

const require = createRequire(import.meta.url)

const artifactSchema = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.union([z.string(), z.object({ object: z.string() })]).optional(),
  evm: z.object({ bytecode: z.object({ object: z.string() }) }).optional(),
})

/** The bytecode that is deployed on public chains, from the project's own npm package. */
function packageArtifact(path: string): { abi: Abi; bytecode: Hex } {
  const artifact = artifactSchema.parse(require(path))
  const own = typeof artifact.bytecode === 'object' ? artifact.bytecode.object : artifact.bytecode
  const code = own ?? artifact.evm?.bytecode.object ?? ''
  const bytecode = code.startsWith('0x') ? code : `0x${code}`
  if (!isHex(bytecode)) throw new Error(`${path} holds no bytecode`)
  return { abi: artifact.abi, bytecode }
}

export const weth9 = () => packageArtifact('canonical-weth/build/contracts/WETH9.json')
export const uniswapV2Factory = () => packageArtifact('@uniswap/v2-core/build/UniswapV2Factory.json')
export const uniswapV3Factory = () =>
  packageArtifact('@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json')
export const uniswapV3Pool = () =>
  packageArtifact('@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json')
export const uniswapV4PoolManager = () => packageArtifact('@uniswap/v4-core/out/PoolManager.sol/PoolManager.json')
