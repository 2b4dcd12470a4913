// The one door to the account: every step asks wrangler, and so can be shown, or played, without one.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { DeployError } from './settings.ts'

const root = join(import.meta.dirname, '../..')
const binaries = join(root, 'node_modules/.bin')

export interface WranglerResult {
  code: number
  stdout: string
  stderr: string
}

export interface WranglerInput {
  /** Standard input; where secrets go, since arguments can be seen by others. */
  input?: string
  /** Further variables of the process. */
  variables?: Record<string, string>
}

export interface Wrangler {
  run(parameters: readonly string[], options?: WranglerInput): Promise<WranglerResult>
}

/** Runs wrangler itself. Never asks: there is nobody to answer. */
export const accountWrangler: Wrangler = {
  run: (parameters, { input = '', variables = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(join(binaries, 'wrangler'), [...parameters], {
        cwd: root,
        env: {
          ...process.env,
          PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
          CI: 'true',
          WRANGLER_SEND_METRICS: 'false',
          FORCE_COLOR: '0',
          ...variables,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      const output = { stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output.stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output.stderr += text
      })
      child.on('error', () => reject(new DeployError('wrangler could not be started: run npm install first.')))
      child.on('close', (code) => resolve({ code: code ?? 1, ...output }))
      // A command that never reads its input closes the pipe; its exit code tells what happened.
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    }),
}

/** Shows every command instead of running it, and answers like an account with nothing in it. Bundling really happens. */
export function dryWrangler(real: Wrangler): Wrangler {
  let databases: { name: string; uuid: string }[] = []
  const done = (stdout = ''): WranglerResult => ({ code: 0, stdout, stderr: '' })
  return {
    run: async (parameters, options) => {
      const [first = '', second = '', third = ''] = parameters
      switch (`${first} ${second}`.trim()) {
        case 'whoami --json':
          return done('{"loggedIn": true}')
        case 'd1 list':
          return done(JSON.stringify(databases))
        case 'd1 create':
          databases = [...databases, { name: third, uuid: '00000000-0000-4000-8000-000000000000' }]
          return done()
        case 'queues info':
          return { code: 1, stdout: '', stderr: `Queue "${third}" does not exist.` }
        case 'r2 bucket':
          return third === 'info' ? { code: 1, stdout: '', stderr: 'The specified bucket does not exist.' } : done()
        case 'secret list':
          return { code: 1, stdout: '', stderr: 'Worker not found.' }
        default:
          return first === 'deploy' ? real.run(parameters, options) : done()
      }
    },
  }
}

/** @returns standard output. @throws DeployError with what wrangler said, shortened to its complaint */
export async function runOrFail(
  wrangler: Wrangler,
  parameters: readonly string[],
  what: string,
  options?: WranglerInput,
): Promise<string> {
  const result = await wrangler.run(parameters, options)
  if (result.code !== 0) throw new DeployError(`${what} failed: ${complaintOf(result)}`)
  return result.stdout
}

/** The lines that say what is wrong, without wrangler's colours, banners and pointers to log files. */
export function complaintOf({ stdout, stderr }: WranglerResult): string {
  const text = `${stderr}\n${stdout}`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.replace(/^[^\w"'(]*(\[?ERROR\]?)?\s*/, '').trim())
    .filter((line) => line !== '' && !/^(wrangler \d|Logs were written|If you think this is a bug|─)/.test(line))
  return text.slice(0, 4).join(' ').slice(0, 500) || 'wrangler gave no reason.'
}
