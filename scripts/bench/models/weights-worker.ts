// A worker with the weights and none of the code: what models-worker.ts is compared with.
import { artifacts } from '../../../models/generated/artifacts.ts'

export default { fetch: async () => new Response(JSON.stringify(artifacts)) } satisfies ExportedHandler
