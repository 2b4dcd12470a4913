// `npm run deploy -- --env NAME [--dry-run]`: provisions, migrates, sets secrets, deploys and checks; safe to repeat.
import { runDeployment } from './deploy/run-deployment.ts'
import { DeployError, parseDeployArguments } from './deploy/settings.ts'
import { smokeCheck } from './deploy/smoke-check.ts'
import { accountWrangler, dryWrangler } from './deploy/wrangler.ts'

try {
  const options = parseDeployArguments(process.argv.slice(2))
  await runDeployment({
    options,
    environment: process.env,
    wrangler: options.dryRun ? dryWrangler(accountWrangler) : accountWrangler,
    say: console.log,
    smokeCheck,
  })
} catch (error) {
  if (!(error instanceof DeployError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
