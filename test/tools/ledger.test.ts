import { describe, expect, it } from 'vitest'
import { judgePartialRun, judgeWholeRun, type Report } from '../../tools/testing/ledger.mjs'

const files = ['/r/test/a.test.ts', '/r/test/b.test.ts']

/** A report with one file a given list of outcomes: 'passed', 'failed', 'skipped', 'todo'. */
function report(outcomes: Record<string, string[]>, title = 'does its job'): Report {
  const testResults = Object.entries(outcomes).map(([name, statuses]) => ({
    name,
    message: statuses.length === 0 ? 'SyntaxError: no such thing\n  at line 1' : '',
    assertionResults: statuses.map((status) => ({ status, title, fullName: `suite ${title}` })),
  }))
  const all = Object.values(outcomes).flat()
  const numPassedTests = all.filter((status) => status === 'passed').length
  return { numTotalTests: all.length, numPassedTests, testResults }
}

const good = report({ '/r/test/a.test.ts': ['passed', 'passed'], '/r/test/b.test.ts': ['passed'] })
const expected = { files, floor: { tests: 3 } }

describe('the judge of a whole test run', () => {
  it('passes a run in which every file ran and nothing was skipped', () => {
    expect(judgeWholeRun(good, expected)).toEqual({ passed: 3, failed: 0, problems: [] })
  })

  it('fails when fewer tests ran than the floor asks for', () => {
    const { failed, problems } = judgeWholeRun(good, { files, floor: { tests: 4 } })
    expect(failed).toBe(1)
    expect(problems).toEqual(['only 3 tests ran, and test/floor.json asks for 4'])
  })

  it('fails when a test file on disk reported nothing', () => {
    const withThird = { ...expected, files: [...files, '/r/test/c.test.ts'] }
    expect(judgeWholeRun(good, withThird).problems).toEqual(['/r/test/c.test.ts reported no test'])
  })

  it('fails when a file could not be loaded, and quotes the first line of why', () => {
    const broken = report({
      '/r/test/a.test.ts': ['passed', 'passed', 'passed'],
      '/r/test/b.test.ts': [],
    })
    const { failed, problems } = judgeWholeRun(broken, expected)
    expect(failed).toBe(2)
    expect(problems[0]).toBe('/r/test/b.test.ts did not run: SyntaxError: no such thing')
  })

  it.each(['skipped', 'pending', 'todo', 'disabled'])('fails on a test that is %s', (status) => {
    const skipping = report({
      '/r/test/a.test.ts': ['passed', 'passed', 'passed'],
      '/r/test/b.test.ts': [status],
    })
    expect(judgeWholeRun(skipping, expected).problems).toEqual(['skipped: suite does its job'])
  })

  it('lets only the missing public vectors be skipped', () => {
    const outcomes = { '/r/test/a.test.ts': ['passed'], '/r/test/b.test.ts': ['skipped'] }
    const withoutVectors = report(outcomes, 'needs the public test vectors')
    expect(judgeWholeRun(withoutVectors, expected)).toMatchObject({ passed: 1, failed: 0 })
  })

  it('counts a failed test as a failure', () => {
    const failing = report({
      '/r/test/a.test.ts': ['passed', 'failed'],
      '/r/test/b.test.ts': ['passed'],
    })
    expect(judgeWholeRun(failing, expected)).toMatchObject({ passed: 2, failed: 1 })
  })

  it('fails when the totals of the report are not those of its tests', () => {
    const { problems } = judgeWholeRun({ ...good, numPassedTests: 4 }, expected)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('totals')
  })

  it('fails when there are no test files at all', () => {
    expect(judgeWholeRun(report({}), { files: [], floor: { tests: 0 } }).failed).toBeGreaterThan(0)
  })
})

describe('the judge of a partial test run', () => {
  it('asks for no floor', () => {
    expect(judgePartialRun(good)).toEqual({ passed: 3, failed: 0, problems: [] })
  })

  it('fails when nothing ran', () => {
    const { failed, problems } = judgePartialRun(report({ '/r/test/a.test.ts': ['skipped'] }))
    expect({ failed, problems }).toEqual({ failed: 1, problems: ['no test ran'] })
  })
})
