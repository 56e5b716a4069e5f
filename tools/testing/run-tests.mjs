import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { filesBelow } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'
import { runTool } from '../setup/run.mjs'
import { judgePartialRun, judgeWholeRun } from './ledger.mjs'

/** Where vitest writes what ran; made anew by every run. */
export const reportFile = `${root}/node_modules/.jotgate/tests.json`
/** Where the verdict is left for `npm run check`. */
export const verdictFile = `${root}/node_modules/.jotgate/verdict.json`

/**
 * Runs vitest with its own output on the terminal and counts what really ran.
 *
 * @param {readonly string[]} args handed to vitest; with any, the run is a partial one
 * @returns {Promise<import('./ledger.mjs').Verdict>} also written to {@link verdictFile}
 */
export async function runTests(args) {
  mkdirSync(dirname(reportFile), { recursive: true })
  for (const file of [reportFile, verdictFile]) rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { code } = await runTool('vitest/vitest.mjs', ['run', ...reporters, ...args], {
    show: true,
  })
  const verdict = withExitCode(judge(args.length === 0), code)
  writeFileSync(verdictFile, JSON.stringify(verdict))
  return verdict
}

/** @param {boolean} whole */
function judge(whole) {
  if (!existsSync(reportFile)) {
    return { passed: 0, failed: 1, problems: ['vitest left no report: it did not come to its end'] }
  }
  const report = readReport()
  return whole ? judgeWholeRun(report, testFiles()) : judgePartialRun(report)
}

/**
 * @param {import('./ledger.mjs').Verdict} verdict
 * @param {number} code vitest's, which is not 0 for an unhandled error outside of every test too
 */
function withExitCode(verdict, code) {
  if (code === 0 || verdict.failed > 0) return verdict
  const problem = `vitest ended with exit code ${code} though no test failed`
  return { ...verdict, failed: 1, problems: [...verdict.problems, problem] }
}

/** Test files found without vitest's help, so that a wrong `include` shows. */
function testFiles() {
  return filesBelow(`${root}/test`, /\.test\.ts$/, `${root}/test/`)
}

/** @returns {import('./ledger.mjs').Report} */
function readReport() {
  return JSON.parse(readFileSync(reportFile, 'utf8'))
}
