import { describe, expect, it } from 'vitest'
import { agreementBounds, disagreementOf } from '../../../models/agreement.ts'
import { contextFor } from '../../../workers/agent/decide/context.ts'
import { decide } from '../../../workers/agent/decide/decide.ts'
import { chain, inputWith, usdc } from '../decide/world.ts'

describe('models that disagree', () => {
  it('are within their bounds, either way', () => {
    for (const comparison of ['challenger', 'floor', 'drift'] as const) {
      const { shrinkAbove, reviewAbove } = agreementBounds[comparison]
      expect(
        disagreementOf([
          { comparison, ratio: shrinkAbove },
          { comparison, ratio: 1 / shrinkAbove },
        ]),
      ).toBeNull()
      const shrinks = disagreementOf([{ comparison, ratio: 0.99 / shrinkAbove }])
      expect(shrinks).toMatchObject({ comparison, needsReview: false })
      expect(shrinks?.share).toBeCloseTo(0.99, 9)
      expect(disagreementOf([{ comparison, ratio: reviewAbove * 1.01 }])).toMatchObject({ needsReview: true })
    }
  })

  it('need people where any pair does, also where another pair shrinks the slice more', () => {
    const pairs = [
      { comparison: 'challenger', ratio: 1.7 },
      { comparison: 'floor', ratio: 3.6 },
    ] as const
    for (const ordered of [pairs, pairs.toReversed()]) {
      const disagreement = disagreementOf(ordered)
      expect(disagreement).toMatchObject({ comparison: 'floor', needsReview: true })
      expect(disagreement?.share).toBeCloseTo(2.5 / 3.6, 12)
    }
  })

  it('count as far apart where one says nothing', () => {
    for (const ratio of [Number.NaN, Number.POSITIVE_INFINITY, 0, -1]) {
      expect(disagreementOf([{ comparison: 'drift', ratio }])).toMatchObject({ needsReview: true })
    }
  })

  const context = contextFor(chain)
  /** A world whose champion says `factor` times what everybody else says. */
  const decideWith = (factor: number) => {
    const { volatility } = context
    const champion: typeof volatility.champion = {
      ...volatility.champion,
      forecast: (...asked) => {
        const said = volatility.challenger.forecast(...asked)
        return { ...said, value: said.value * factor, high: said.high * factor, low: said.low * Math.min(factor, 1) }
      },
    }
    return decide(inputWith(), { ...context, volatility: { ...volatility, champion } })
  }

  it('leave a slice as it is, shrink it, or send it to people', () => {
    const whole = decideWith(1.2).order?.amountIn ?? 0n
    expect(decideWith(1.2)).toMatchObject({ verdict: 'allow', shrunkBy: null })
    const shrunk = decideWith(1.5)
    expect(shrunk).toMatchObject({ verdict: 'shrink', reason: 'None', shrunkBy: 'ModelsDisagree' })
    expect(Number(shrunk.order?.amountIn) / Number(whole)).toBeCloseTo(1.25 / 1.5, 3)
    expect(shrunk.sentence).toMatch(
      /Shrunk from .*champion’s volatility and its challenger’s are a factor of 1\.50 apart/,
    )
    const review = decideWith(2)
    expect(review).toMatchObject({ verdict: 'review', reason: 'ModelsDisagree' })
    expect(review.sentence).toMatch(/^Waits for reviewers: .* The models disagree: .*\.$/)
    expect(whole).toBeGreaterThan(usdc(1))
  })
})
