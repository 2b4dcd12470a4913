import { readFileSync, writeFileSync } from 'node:fs'
import type { Wrangler, WranglerResult } from '../../scripts/deploy/wrangler.ts'

/** An account as wrangler would show it, and every command it was given. */
export class FakeAccount implements Wrangler {
  readonly commands: string[] = []
  readonly databases: { name: string; uuid: string }[] = []
  readonly queues = new Set<string>()
  readonly buckets = new Set<string>()
  readonly secrets = new Map<string, string>()
  workerExists = false
  loggedIn = true
  /** Commands that fail, by their beginning, and what wrangler says then. */
  readonly failures = new Map<string, string>()

  async run(parameters: readonly string[], options: { input?: string; variables?: Record<string, string> } = {}) {
    const command = parameters.join(' ')
    this.commands.push(command)
    for (const [beginning, stderr] of this.failures) {
      if (command.startsWith(beginning)) return { code: 1, stdout: '', stderr }
    }
    return this.#answer(parameters, options)
  }

  get creations(): string[] {
    return this.commands.filter((command) => / create /.test(command))
  }

  #answer(
    [first = '', second = '', third = '', fourth = '']: readonly string[],
    { input = '', variables = {} }: { input?: string; variables?: Record<string, string> },
  ): WranglerResult {
    const done = (stdout = '') => ({ code: 0, stdout, stderr: '' })
    const missing = (stderr: string) => ({ code: 1, stdout: '', stderr })
    switch (`${first} ${second}`) {
      case 'whoami --json':
        return this.loggedIn ? done('{"loggedIn": true}') : { code: 1, stdout: '{"loggedIn": false}', stderr: '' }
      case 'd1 list':
        return done(JSON.stringify(this.databases))
      case 'd1 create':
        this.databases.push({ name: third, uuid: '12345678-0000-4000-8000-000000000000' })
        return done()
      case 'queues info':
        return this.queues.has(third) ? done() : missing(`✘ [ERROR] Queue "${third}" does not exist.`)
      case 'queues create':
        this.queues.add(third)
        return done()
      case 'r2 bucket':
        if (third === 'info')
          return this.buckets.has(fourth) ? done('{}') : missing('The specified bucket does not exist. [code: 10006]')
        this.buckets.add(fourth)
        return done()
      case 'secret list':
        if (!this.workerExists) return missing('✘ [ERROR] Worker "portcullis-test" not found.')
        return done(JSON.stringify([...this.secrets.keys()].map((name) => ({ name, type: 'secret_text' }))))
      case 'secret bulk':
        this.workerExists = true
        for (const [name, value] of Object.entries(JSON.parse(input))) this.secrets.set(name, String(value))
        return done()
      case 'deploy --config':
        writeFileSync(
          variables.WRANGLER_OUTPUT_FILE_PATH ?? '',
          `${JSON.stringify({ type: 'deploy', targets: ['portcullis-test.people.workers.dev', 'schedule: * * * * *'] })}\n`,
        )
        return done()
      default:
        return done()
    }
  }
}

export function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
