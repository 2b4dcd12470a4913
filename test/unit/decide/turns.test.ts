import { describe, expect, it } from 'vitest'
import { inTurn } from '../../../workers/agent/decide/turns.ts'

describe('the order in which due slices are decided', () => {
  it('lets whoever traded longest ago go first, and keeps ties as they came', () => {
    const due = [
      { name: 'a', lastExecution: 120 },
      { name: 'b', lastExecution: 0 },
      { name: 'c', lastExecution: 60 },
      { name: 'd', lastExecution: 0 },
    ]
    expect(inTurn(due).map(({ name }) => name)).toEqual(['b', 'd', 'c', 'a'])
  })

  it('gives every strategy its turn where only the first slice of a minute can trade', () => {
    const strategies = Array.from({ length: 3 }, (_, name) => ({ name, lastExecution: 0, executions: 0 }))
    for (let minute = 1; minute <= 30; minute++) {
      const [first] = inTurn(strategies)
      if (first === undefined) throw new Error('nobody is due')
      first.lastExecution = minute * 60
      first.executions++
    }
    expect(strategies.map(({ executions }) => executions)).toEqual([10, 10, 10])
  })
})
