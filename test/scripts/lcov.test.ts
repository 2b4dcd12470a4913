import { describe, expect, it } from 'vitest'
import { readLcov } from '../../scripts/prove/lcov.ts'
import { settingsFor } from '../../scripts/prove/workbench.ts'

describe('lcov', () => {
  it('counts lines, branches and functions, and names what was not reached', () => {
    const text = `TN:
SF:src/guards/Guard.sol
FN:3,Guard.check
FNDA:2,Guard.check
DA:3,2
DA:4,0
BRDA:4,0,0,2
BRDA:4,0,1,-
end_of_record
SF:src/Vault.sol
DA:9,1
end_of_record
`
    expect(readLcov(text)).toEqual([
      {
        file: 'src/guards/Guard.sol',
        lines: { hit: 1, total: 2 },
        branches: { hit: 1, total: 2 },
        functions: { hit: 1, total: 1 },
        uncovered: [4],
        uncoveredBranches: [4],
      },
      {
        file: 'src/Vault.sol',
        lines: { hit: 1, total: 1 },
        branches: { hit: 0, total: 0 },
        functions: { hit: 0, total: 0 },
        uncovered: [],
        uncoveredBranches: [],
      },
    ])
  })

  it('takes a line for reached that one of two builds reached', () => {
    const [file] = readLcov('SF:a.sol\nDA:3,0\nDA:4,0\nend_of_record\nSF:a.sol\nDA:3,5\nDA:4,0\nend_of_record\n')
    expect(file?.uncovered).toEqual([4])
  })
})

describe('settings of a copy', () => {
  const settings = `optimizer = true
additional_compiler_profiles = [
  # Comments are welcome.
  { name = "small", via_ir = true },
  { name = "quick", via_ir = true },
]
compilation_restrictions = [
  { paths = "src/Vault.sol", via_ir = true },
]
remappings = [
  "solady/=../node_modules/solady/src/",
]
`
  it('finds the packages within, and keeps the compiler settings unless it is to be plain', () => {
    const within = settings.replace('../node_modules', 'node_modules')
    expect(settingsFor(settings, false)).toBe(within)
    expect(settingsFor(settings, true)).toBe(
      'optimizer = false\nremappings = [\n  "solady/=node_modules/solady/src/",\n]\n',
    )
  })
})
