import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { newestRecord, regressions } from '../testing/regression.mjs'
import { root } from '../setup/paths.mjs'
import { run } from '../setup/run.mjs'

/**
 * The token core has not become slower, beside the bare call and beside other libraries, than it was when last recorded
 * in bench/results. Ratios of processor time in one short run, never times of a clock: a busy machine slows all that is
 * measured. What fails is measured once more, and is a problem only when it fails again.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function bench() {
  const recorded = newestRecord(
    `${root}/bench/results`,
    Number(process.versions.node.split('.')[0]),
  )
  const first = await measureOnce(recorded)
  if (first.problems.length === 0) return toVerdict(first)
  const second = await measureOnce(recorded)
  const again = second.problems.map(nameOf)
  const both = first.problems.filter((problem) => again.includes(nameOf(problem)))
  return toVerdict({ compared: second.compared, problems: both })
}

/** @param {readonly import('../testing/regression.mjs').Row[]} recorded */
async function measureOnce(recorded) {
  const file = `${root}/node_modules/.jotgate/bench.json`
  mkdirSync(`${root}/node_modules/.jotgate`, { recursive: true })
  rmSync(file, { force: true })
  const args = [`${root}/bench/run.mjs`, 'core', '--quick', '--json', file]
  const { code, output } = await run(process.execPath, args)
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  if (code !== 0) return { compared: 0, problems: lines.slice(-20) }
  return regressions(JSON.parse(readFileSync(file, 'utf8')), recorded)
}

/** What was measured, without the figures. @param {string} problem */
function nameOf(problem) {
  return problem.slice(0, problem.indexOf(':'))
}

/** @param {{ readonly compared: number, readonly problems: readonly string[] }} found */
function toVerdict({ compared, problems }) {
  return { saw: { ratios: compared }, problems: [...problems] }
}
