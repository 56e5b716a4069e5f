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

describe('judgeWholeRun', () => {
  it('a whole run passes when every file ran and no test was skipped', () => {
    expect(judgeWholeRun(good, files)).toEqual({ passed: 3, failed: 0, problems: [] })
  })

  it('a whole run fails when a test file on disk reported no test', () => {
    const withThird = [...files, '/r/test/c.test.ts']
    expect(judgeWholeRun(good, withThird).problems).toEqual(['/r/test/c.test.ts reported no test'])
  })

  it('a whole run fails when a file cannot be loaded, and quotes the first line of the error', () => {
    const broken = report({
      '/r/test/a.test.ts': ['passed', 'passed', 'passed'],
      '/r/test/b.test.ts': [],
    })
    const { failed, problems } = judgeWholeRun(broken, files)
    expect(failed).toBe(2)
    expect(problems[0]).toBe('/r/test/b.test.ts did not run: SyntaxError: no such thing')
  })

  it.each(['skipped', 'pending', 'todo', 'disabled'])(
    'a whole run fails when a test is %s',
    (status) => {
      const skipping = report({
        '/r/test/a.test.ts': ['passed', 'passed', 'passed'],
        '/r/test/b.test.ts': [status],
      })
      expect(judgeWholeRun(skipping, files).problems).toEqual(['skipped: suite does its job'])
    },
  )

  it('a whole run passes when only suites over missing public vectors were skipped', () => {
    const outcomes = { '/r/test/a.test.ts': ['passed'], '/r/test/b.test.ts': ['skipped'] }
    const withoutVectors = report(outcomes, 'the suite needs the public test vectors')
    expect(judgeWholeRun(withoutVectors, files)).toMatchObject({ passed: 1, failed: 0 })
  })

  it('a failed test makes a whole run fail', () => {
    const failing = report({
      '/r/test/a.test.ts': ['passed', 'failed'],
      '/r/test/b.test.ts': ['passed'],
    })
    expect(judgeWholeRun(failing, files)).toMatchObject({ passed: 2, failed: 1 })
  })

  it('a whole run fails when the totals of the report differ from its tests', () => {
    const { problems } = judgeWholeRun({ ...good, numPassedTests: 4 }, files)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('totals')
  })

  it('a whole run fails when there are no test files', () => {
    expect(judgeWholeRun(report({}), []).failed).toBeGreaterThan(0)
  })
})

describe('judgePartialRun', () => {
  it('a partial run passes without looking for the other test files', () => {
    expect(judgePartialRun(good)).toEqual({ passed: 3, failed: 0, problems: [] })
  })

  it('a partial run fails when no test ran', () => {
    const { failed, problems } = judgePartialRun(report({ '/r/test/a.test.ts': ['skipped'] }))
    expect({ failed, problems }).toEqual({ failed: 1, problems: ['no test ran'] })
  })
})
