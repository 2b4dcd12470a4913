// A worker that only infers: what the champion runs through from a price history to a variance, without weights and without what
// doubts and names a forecast. Its size is what inference costs in code.
import type { VolatilityArtifact } from '../../../models/artifacts.ts'
import { netVariance } from '../../../models/volatility/variance.ts'
import type { PriceHistory } from '../../../shared/schema/price-history.ts'

export default {
  fetch: async (incoming) => {
    const asked: { artifact: VolatilityArtifact; history: PriceHistory; time: number } = JSON.parse(
      await incoming.text(),
    )
    return new Response(String(netVariance(asked.artifact, asked.history, asked.time).mean))
  },
} satisfies ExportedHandler
