import { run } from '../setup/run.mjs'

/** How far back a change reaches: so many commits, fewer where the clone is shallow or the history shorter. */
const reach = 10

/**
 * The test files that the last commits and the working tree have touched, as far as they are there.
 *
 * @returns {Promise<{ commits: number, files: readonly string[] }>} no commits, and no files, where there is no history
 */
export async function touchedTests() {
  const { code, output } = await run('git', [
    'rev-list',
    '--first-parent',
    `-n${reach + 1}`,
    'HEAD',
  ])
  const commits = code === 0 ? output.trim().split('\n') : []
  const base = commits.at(-1)
  if (base === undefined) return { commits: 0, files: [] }
  const patterns = ['--', 'test/*.test.ts']
  const changed = await run('git', ['diff', '--name-only', '--diff-filter=d', base, ...patterns])
  const added = await run('git', ['ls-files', '--others', '--exclude-standard', ...patterns])
  const files = `${changed.output}\n${added.output}`.split('\n').filter((line) => line !== '')
  return { commits: commits.length - 1, files: [...new Set(files)].sort() }
}

/**
 * The shortest of the files, as many as fit into a time.
 *
 * @param {readonly string[]} files
 * @param {object} most
 * @param {number} most.files
 * @param {number} most.seconds of a quiet machine
 * @param {(file: string) => number} secondsOf
 * @returns {{ chosen: readonly string[], left: readonly string[] }}
 */
export function chooseShort(files, most, secondsOf) {
  const byTime = [...files].sort((one, other) => secondsOf(one) - secondsOf(other))
  let spent = 0
  const fits = byTime.findIndex(
    (file, index) => index >= most.files || (spent += secondsOf(file)) > most.seconds,
  )
  const count = fits === -1 ? byTime.length : fits
  return { chosen: byTime.slice(0, count), left: byTime.slice(count) }
}
