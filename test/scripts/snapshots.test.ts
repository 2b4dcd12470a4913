import { describe, expect, it } from 'vitest'
import { differences, measuredIn } from '../../scripts/prove/snapshots.ts'

describe('snapshots', () => {
  it('gathers what several tests measured', () => {
    const report = {
      'test/A.t.sol:A': {
        test_results: {
          'test_one()': { gas_snapshots: { gas: { execute: '180000' } } },
          'test_two()': { gas_snapshots: { gas: { checkpoint: '90000' }, 'code-sizes': { Vault: '20000' } } },
          'test_three()': {},
        },
      },
    }
    expect(measuredIn(report)).toEqual({
      gas: { execute: '180000', checkpoint: '90000' },
      'code-sizes': { Vault: '20000' },
    })
  })

  it('is silent about what is as noted', () => {
    expect(differences({ gas: { execute: '1' } }, { gas: { execute: '1' } })).toEqual([])
  })

  it('names what changed, what is new and what is gone', () => {
    const measured = { gas: { execute: '2', split: '3' } }
    const noted = { gas: { execute: '1' }, 'code-sizes': { Vault: '20000' } }
    expect(differences(measured, noted)).toEqual([
      'gas: execute was 1 and is 2',
      'gas: split is 3 and not noted yet',
      'code-sizes: Vault is noted and no longer measured',
    ])
  })
})
