/** A promise that was broken. */
export interface Violation {
  rule: string
  sentence: string
}

/** What a season did, for people and for whoever compares runs. */
export interface ChaosReport {
  seed: string
  ticks: number
  rounds: number
  blocks: number
  parents: number
  /** Trades on the chain. */
  fills: number
  /** Orders by what became of them. */
  outcomes: Record<string, number>
  /** Decisions by their reason; None trades. */
  decisions: Record<string, number>
  /** Everything that went wrong on purpose, by name. */
  faults: Record<string, number>
  /** Named awaits that were reached, and how often each was cut. */
  awaits: Record<string, { reached: number; cut: number }>
  violations: (Violation & { tick: number })[]
  /** The last things that happened; empty where nothing was broken. */
  trail: string[]
}

/** What is told while a season lasts. */
export type Progress = Pick<ChaosReport, 'ticks' | 'violations'> & { faults: number }
