import { besideBusy } from '../testing/busy.mjs'
import { secondsOf } from '../testing/slowest-first.mjs'
import { chooseShort, touchedTests } from '../testing/touched.mjs'
import { runTool } from '../setup/run.mjs'

/** So many files at most, which take so long on a quiet machine; beside busy processes it is several times that. */
const most = { files: 6, seconds: 6 }

/**
 * The test files that the last commits touched pass beside processes that keep every core busy, and a planted test that
 * waits for the clock does not. Where the history is missing only the planted one is run.
 *
 * @type {import('../setup/check.mjs').Check}
 */
export async function loaded() {
  const { commits, files } = await touchedTests()
  // A benchmark would measure the busy processes with it.
  const fitting = files.filter((file) => !file.startsWith('test/bench/'))
  const { chosen, left } = chooseShort(fitting, most, secondsOf)
  console.log(`  loaded: ${describe(commits, chosen, left)}`)
  const { caught, problems } = await besideBusy(async () => ({
    caught: await plantedFaults(),
    problems: chosen.length === 0 ? [] : await failures(chosen),
  }))
  return {
    saw: { 'planted faults': caught, ...(chosen.length > 0 && { 'test files': chosen.length }) },
    problems,
  }
}

/**
 * @param {number} commits
 * @param {readonly string[]} chosen
 * @param {readonly string[]} left
 */
function describe(commits, chosen, left) {
  if (commits === 0 && chosen.length === 0) return 'no history, so no file is known to be touched'
  if (chosen.length === 0) return `${commits} commits touch no test file that is short enough`
  const rest = left.length === 0 ? '' : `; ${left.length} more left out: ${left.join(' ')}`
  return `${chosen.join(' ')}${rest}`
}

/** @param {readonly string[]} files */
async function failures(files) {
  const { code, output } = await runTool('vitest/vitest.mjs', ['run', '--no-color', ...files])
  if (code === 0) return []
  const failed = output.split('\n').filter((line) => /^ *(FAIL|Error:|AssertionError:)/.test(line))
  return failed.length === 0 ? [`vitest ended with exit code ${code}`] : failed
}

async function plantedFaults() {
  const config = 'tools/fixtures/loaded/vitest.config.ts'
  const { output } = await runTool('vitest/vitest.mjs', ['run', '--no-color', '--config', config])
  const isCaught = output.includes('× sensitive to sleep') && output.includes('✓ waits for what')
  return isCaught ? 1 : 0
}
