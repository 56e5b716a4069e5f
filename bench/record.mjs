import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { columnsOf, tableRows, toRows } from './report.mjs'

/** @import { Comparison } from './report.mjs' */
/** @import { Measurement } from './suite.mjs' */

/**
 * A whole run, as it is kept.
 *
 * @typedef {{
 *   readonly date: string,
 *   readonly command: string,
 *   readonly machine: Readonly<Record<string, string | number>>,
 *   readonly nodeMajor: number,
 *   readonly measurements: readonly Measurement[],
 *   readonly comparisons: readonly Comparison[],
 * }} Run
 */

/**
 * Writes a run into `folder` as `DATE-nodeMAJOR.json` and `.md`, replacing what an earlier run of that day left.
 *
 * @param {string} folder
 * @param {Run} run
 * @returns {Promise<readonly string[]>} the two paths
 */
export async function writeRecord(folder, run) {
  await mkdir(folder, { recursive: true })
  const base = join(folder, `${run.date}-node${String(run.nodeMajor)}`)
  const files = /** @type {const} */ ([
    [`${base}.json`, `${JSON.stringify(toJson(run), null, 2)}\n`],
    [`${base}.md`, toMarkdown(run)],
  ])
  for (const [path, text] of files) await writeFile(path, text)
  return files.map(([path]) => path)
}

/** @param {Run} run */
function toJson({ date, command, machine, measurements, comparisons }) {
  const verdicts = comparisons.filter(({ bar }) => bar !== undefined)
  return {
    date,
    command,
    machine,
    ratios: toRows(comparisons),
    bars: verdicts.map(({ name, versus, unit, ratio, bar, met }) => {
      return { name, versus, unit, ratio: Number(ratio.toPrecision(4)), bar, met }
    }),
    notes: Object.fromEntries(measurements.map(({ name, note }) => [name, note])),
  }
}

/** @param {Run} run */
function toMarkdown({ date, command, machine, measurements, comparisons }) {
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${String(value)}`)
  const tables = measurements.flatMap((measurement) => [
    '',
    `## ${measurement.name}`,
    '',
    `${measurement.note}.`,
    '',
    line(columnsOf(measurement)),
    line(columnsOf(measurement).map(() => '---')),
    ...tableRows(measurement, comparisons).map(line),
  ])
  return [
    `# Benchmark of ${date}`,
    '',
    `\`${command}\` · ${facts.join(' · ')}`,
    '',
    'How to read it: `docs/benchmarks.md`. Medians of paired slices, in brackets the middle half.',
    ...tables,
    '',
  ].join('\n')
}

/** @param {readonly string[]} cells */
function line(cells) {
  return `| ${cells.join(' | ')} |`
}
