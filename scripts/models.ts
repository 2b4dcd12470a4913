// `npm run models -- show | register`: what the model in use is, and its entry in the registry on chain.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Registered, registerModel } from './artifacts/register.ts'
import { readArtifacts } from './artifacts/store.ts'
import { UsageError } from './local/arguments.ts'

const root = join(import.meta.dirname, '..')
const usage = `Usage: npm run models -- COMMAND [options]
  show                 the model's id and the three hashes that it is made of
  register             publishes it in a ModelRegistry; a model that is there already stays as it is
    --rpc URL          JSON-RPC of the chain (or MODEL_RPC_URL, which no process list shows)
    --registry ADDRESS the registry; or
    --deploy           deploys a new one
    --card URL         where the cards can be read (default: models/artifacts in this repository)
    MODEL_PUBLISHER_KEY private key of the account that publishes, in the environment and nowhere else
  --artifacts DIR      the model's folder (default models/artifacts)
  --json               one JSON object on standard output`

function parse(argv: string[], environment: NodeJS.ProcessEnv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      deploy: { type: 'boolean', default: false },
      rpc: { type: 'string' },
      registry: { type: 'string' },
      card: { type: 'string', default: 'models/artifacts' },
      artifacts: { type: 'string', default: join(root, 'models/artifacts') },
    },
  })
  const [command, ...others] = positionals
  if (values.help === true) return { command: 'help' as const, values }
  if ((command !== 'show' && command !== 'register') || others.length > 0)
    throw new UsageError(`Which command? ${usage}`)
  return { command, values: { ...values, rpc: values.rpc ?? environment.MODEL_RPC_URL } }
}

async function main(): Promise<void> {
  const { command, values } = parse(process.argv.slice(2), process.env)
  if (command === 'help') return console.log(usage)
  const { modelId, weightsHash, manifestHash, codeHash } = readArtifacts(root, values.artifacts)
  const model = { modelId, weightsHash, manifestHash, codeHash }
  const lines = [`model    ${modelId}`, `weights  ${weightsHash}`, `manifest ${manifestHash}`, `code     ${codeHash}`]
  if (command === 'show') return console.log(values.json ? JSON.stringify(model) : lines.join('\n'))
  if (values.rpc === undefined) throw new UsageError('Which chain? --rpc URL, or MODEL_RPC_URL.')
  const { rpc, deploy, card } = values
  const key = process.env.MODEL_PUBLISHER_KEY ?? ''
  const registered = await registerModel({ model, rpc, registry: values.registry ?? null, deploy, card, key })
  console.log(values.json ? JSON.stringify({ ...model, ...registered }) : [...lines, sentenceOf(registered)].join('\n'))
}

function sentenceOf({ registry, publisher, transactionHash }: Registered): string {
  const done =
    transactionHash === null
      ? `Registry ${registry} has it already, published by ${publisher}.`
      : `Published in registry ${registry} by ${publisher} (${transactionHash}).`
  return `${done}\nA vault obeys its own list: its owner submits allowModel, which waits out its delay, before orders of this model pass.`
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof Error && 'code' in error)) throw error
  console.error(error.message)
  process.exit(1)
}
