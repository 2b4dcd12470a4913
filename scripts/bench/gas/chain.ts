import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  http,
  size,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { foundryBinary } from '../../foundry.ts'

const require = createRequire(import.meta.url)
const contracts = join(import.meta.dirname, '../../../contracts')
const genesis = 1_800_000_000
const blockSeconds = 12

export interface Artifact {
  abi: Abi
  bytecode: Hex
}

/** A transaction to be sent: the bench's unit of measure. */
export interface Call {
  to: Address
  data: Hex
}

export interface Measured {
  gas: number
  /** Wei per gas. */
  gasPrice: bigint
  calldataBytes: number
  logs: { address: Address; topics: Hex[]; data: Hex }[]
}

const hex = (code: string): Hex => `0x${code.replace(/^0x/, '')}`

/** Of an npm package, as `package/path/to/Artifact.json`. */
export function packaged(path: string): Artifact {
  const json = require(path)
  return { abi: json.abi, bytecode: hex(json.bytecode ?? json.evm.bytecode.object) }
}

/** Of our own contracts, as forge compiled them for deployment. */
export function compiled(file: string, name: string): Artifact & { runtime: Hex } {
  const json = JSON.parse(readFileSync(join(contracts, 'out', file, `${name}.json`), 'utf8'))
  return { abi: json.abi, bytecode: json.bytecode.object, runtime: json.deployedBytecode.object }
}

/** Compiles what is to be measured, as it is deployed. */
export function compile(): void {
  execFileSync(foundryBinary('forge'), ['build', '--quiet', '--skip', 'test/**'], { cwd: contracts, stdio: 'inherit' })
}

/** A private anvil, on which each transaction has a block of its own twelve seconds after the last. */
export class Chain {
  readonly reader
  readonly tester
  private now = genesis
  private readonly child: ChildProcess
  private readonly url: string

  private constructor(child: ChildProcess, url: string) {
    this.child = child
    this.url = url
    this.reader = createPublicClient({ chain: foundry, transport: http(url), pollingInterval: 5 })
    this.tester = createTestClient({ chain: foundry, mode: 'anvil', transport: http(url) })
  }

  static async start(): Promise<Chain> {
    const port = await freePort()
    const options = ['--hardfork', 'osaka', '--timestamp', String(genesis), '--balance', '10000000']
    const limits = ['--disable-code-size-limit', '--gas-limit', '60000000', '--silent']
    const child = spawn(foundryBinary('anvil'), ['--port', String(port), ...options, ...limits])
    const chain = new Chain(child, `http://127.0.0.1:${port}`)
    for (let attempt = 0; ; attempt++) {
      try {
        await chain.reader.getChainId()
        return chain
      } catch (error) {
        if (attempt === 100) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  stop(): void {
    this.child.kill()
  }

  get time(): number {
    return this.now
  }

  account(addressIndex: number): HDAccount {
    return mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex })
  }

  /** @throws when the transaction reverts, with what the node says of it. */
  async send(from: HDAccount | Address, call: { to?: Address; data?: Hex; value?: bigint }): Promise<Measured> {
    this.now += blockSeconds
    await this.tester.setNextBlockTimestamp({ timestamp: BigInt(this.now) })
    const wallet = createWalletClient({ account: from, chain: foundry, transport: http(this.url) })
    const hash = await wallet.sendTransaction({
      ...call,
      gas: 15_000_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    })
    const receipt = await this.receipt(hash)
    if (receipt.status !== 'success') {
      const block = receipt.blockNumber - 1n
      await this.reader.call({ account: from, ...call, blockNumber: block })
      throw new Error(`The transaction to ${call.to ?? 'nobody'} reverted in its block, and not before it.`)
    }
    const logs = receipt.logs.map(({ address, topics, data }) => ({ address, topics: [...topics], data }))
    const { gasUsed, effectiveGasPrice } = receipt
    return { gas: Number(gasUsed), gasPrice: effectiveGasPrice, calldataBytes: size(call.data ?? '0x'), logs }
  }

  /** Asked for again and again: the block is mined with the transaction, so it is a matter of milliseconds. */
  private async receipt(hash: Hex): Promise<TransactionReceipt> {
    for (let attempt = 0; attempt < 2000; attempt++) {
      const receipt = await this.reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
        if (error instanceof TransactionReceiptNotFoundError) return undefined
        throw error
      })
      if (receipt !== undefined) return receipt
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    throw new Error(`The transaction ${hash} was not mined.`)
  }

  call(from: HDAccount, to: Address, abi: Abi, functionName: string, args: readonly unknown[] = [], value = 0n) {
    return this.send(from, { to, data: encodeFunctionData({ abi, functionName, args }), value })
  }

  async read<T>(address: Address, abi: Abi, functionName: string, args: readonly unknown[] = []): Promise<T> {
    // The caller names the type of what it asked for; the ABI is only known at run time.
    return (await this.reader.readContract({ address, abi, functionName, args })) as T
  }

  async deploy(from: HDAccount, { abi, bytecode }: Artifact, args: readonly unknown[] = []): Promise<Address> {
    const nonce = BigInt(await this.reader.getTransactionCount({ address: from.address }))
    await this.send(from, { data: encodeDeployData({ abi, bytecode, args }) })
    return getContractAddress({ from: from.address, nonce })
  }

  /** Acts for an address that has no key: a Safe that configures itself. */
  async callAs(address: Address, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void> {
    await this.tester.impersonateAccount({ address })
    await this.tester.setBalance({ address, value: 10n ** 18n })
    await this.send(address, { to, data: encodeFunctionData({ abi, functionName, args }) })
    await this.tester.stopImpersonatingAccount({ address })
  }

  async snapshot(): Promise<{ id: Hex; now: number }> {
    return { id: await this.tester.snapshot(), now: this.now }
  }

  /** Back to a snapshot, which is used up; the new one stands for the same state. */
  async restore(snapshot: { id: Hex; now: number }): Promise<{ id: Hex; now: number }> {
    await this.tester.revert({ id: snapshot.id })
    this.now = snapshot.now
    return this.snapshot()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address === null || typeof address === 'string' ? reject(new Error('no port')) : resolve(address.port),
      )
    })
  })
}
