import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A ratio as `--json` has it and as recorded runs keep it.
 *
 * @typedef {{ readonly suite: string, readonly name: string, readonly ratio: number, readonly unit: string,
 *   readonly versus: string }} Row
 */

/**
 * By how much a ratio may be worse than the recorded one: enough for the short slices of a busy machine, too little for
 * a check made twice or a buffer copied once more where it counts.
 */
export const slack = 1.6

/**
 * The ratios of the newest recorded run under this Node; of the newest run of all where there is none.
 *
 * @param {string} folder
 * @param {number} nodeMajor
 * @returns {readonly Row[]}
 */
export function newestRecord(folder, nodeMajor) {
  const files = readdirSync(folder).filter((file) => /^[\d-]+-node\d+\.json$/.test(file))
  const own = files.filter((file) => file.endsWith(`-node${String(nodeMajor)}.json`))
  const newest = (own.length > 0 ? own : files).sort().at(-1)
  if (newest === undefined) throw new Error('no run is recorded')
  return JSON.parse(readFileSync(join(folder, newest), 'utf8')).ratios
}

/**
 * What has become slower, a line for each: a ratio to the bare call, or to another library, that is worse than the
 * recorded one by more than the slack. What is not recorded cannot be worse.
 *
 * @param {readonly Row[]} rows
 * @param {readonly Row[]} recorded
 * @returns {{ readonly compared: number, readonly problems: readonly string[] }}
 */
export function regressions(rows, recorded) {
  const known = new Map(recorded.map((row) => [keyOf(row), row.ratio]))
  const compared = rows.filter((row) => known.has(keyOf(row)))
  const problems = compared.flatMap((row) => {
    const before = known.get(keyOf(row)) ?? Number.NaN
    const worse = row.unit === 'time' ? row.ratio / before : before / row.ratio
    // Written so that NaN is a problem.
    if (worse <= slack) return []
    const figures = `${row.ratio.toPrecision(3)}, recorded ${before.toPrecision(3)}`
    return [`${row.name}, against ${row.versus}: ${figures} (${row.unit})`]
  })
  return { compared: compared.length, problems }
}

/** @param {Row} row */
function keyOf({ suite, name, versus, unit }) {
  return [suite, name, versus, unit].join('|')
}
