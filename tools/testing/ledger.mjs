/**
 * @typedef {{ status: string, fullName: string, title: string }} TestOutcome
 * @typedef {{ name: string, message?: string, assertionResults: TestOutcome[] }} FileOutcome
 * @typedef {{ numTotalTests: number, numPassedTests: number, testResults: FileOutcome[] }} Report
 *   the part of vitest's JSON report that is read here
 * @typedef {{ passed: number, failed: number, problems: string[] }} Verdict
 *   `failed` counts failed tests and problems
 */

/** The one test that may be skipped, where there are no public vectors; in CI it fails by itself. */
const vectorsMissing = 'the suite needs the public test vectors'

/**
 * Judges a whole run: every test file on disk ran at least one test, no test was skipped or left for later, and the
 * totals agree. Outside CI, a machine without the public vectors may skip their suites.
 *
 * @param {Report} report
 * @param {readonly string[]} files absolute paths of the test files on disk
 * @returns {Verdict}
 */
export function judgeWholeRun(report, files) {
  const outcomes = report.testResults.flatMap((file) => file.assertionResults)
  const { passed, failed, problems } = judgePartialRun(report)
  const found = [
    ...silentFiles(report, files),
    ...outcomes
      .filter((test) => isSkipped(test) && test.title !== vectorsMissing)
      .map((test) => `skipped: ${test.fullName}`),
  ]
  if (files.length === 0) found.push('no test files were found on disk')
  return { passed, failed: failed + found.length, problems: [...problems, ...found] }
}

/**
 * Judges a run that was asked for some tests only: they must be counted right, and be at least one.
 *
 * @param {Report} report
 * @returns {Verdict}
 */
export function judgePartialRun(report) {
  const outcomes = report.testResults.flatMap((file) => file.assertionResults)
  const passed = outcomes.filter((test) => test.status === 'passed').length
  const failed = outcomes.filter((test) => test.status === 'failed').length
  const problems = report.testResults
    .filter((file) => file.assertionResults.length === 0 && file.message)
    .map((file) => `${file.name} did not run: ${file.message?.split('\n')[0] ?? ''}`)
  if (passed + failed === 0) problems.push('no test ran')
  if (report.numTotalTests !== outcomes.length || report.numPassedTests !== passed) {
    problems.push(
      `the report's totals (${report.numPassedTests} of ${report.numTotalTests} passed) are not ` +
        `those of its tests (${passed} of ${outcomes.length})`,
    )
  }
  return { passed, failed: failed + problems.length, problems }
}

/**
 * @param {Report} report
 * @param {readonly string[]} files
 */
function silentFiles(report, files) {
  const ran = new Set(
    report.testResults.filter((file) => file.assertionResults.length > 0).map((file) => file.name),
  )
  return files.filter((file) => !ran.has(file)).map((file) => `${file} reported no test`)
}

/** @param {TestOutcome} test */
function isSkipped(test) {
  return test.status !== 'passed' && test.status !== 'failed'
}
