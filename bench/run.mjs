import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, nodeMajor } from './machine.mjs'
import { writeRecord } from './record.mjs'
import { alignColumns, columnsOf, compare, tableRows, toRows } from './report.mjs'
import { suites } from './suites/table.mjs'

const usage = 'usage: npm run bench [-- SUITE… --quick --json FILE --record]'

/**
 * Runs suites, prints what they measured, and answers with the exit code: 2 for bad usage.
 *
 * @param {readonly string[]} argv
 */
export async function main(argv) {
  const call = readCall(argv)
  if (!call) {
    process.stderr.write(`${usage}\nsuites: ${Object.keys(suites).join(', ')}\n`)
    return 2
  }
  const { names, quick } = call
  // Most slices this short run without another process in between.
  const extent = quick
    ? { tokens: 500, effort: { rounds: 15, sliceMs: 2, warmMs: 60 } }
    : { tokens: 10_000, effort: { rounds: 41, sliceMs: 4, warmMs: 150 } }
  const measurements = []
  for (const name of names) {
    const suite = suites[name]
    if (suite) measurements.push(...(await suite({ quick, ...extent, progress: progressOf(name) })))
  }
  clearProgress()
  const comparisons = measurements.flatMap((each) => compare(each, { nodeMajor }))
  print(measurements, comparisons)
  if (call.json !== undefined)
    await writeFile(call.json, `${JSON.stringify(toRows(comparisons))}\n`)
  if (call.record) await record(argv, measurements, comparisons)
  return 0
}

/** @param {readonly string[]} argv */
function readCall(argv) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    })
    const names = positionals.length > 0 ? positionals : Object.keys(suites)
    return names.every((name) => Object.hasOwn(suites, name)) ? { names, ...values } : undefined
  } catch {
    return undefined // an unknown option; the caller prints the usage
  }
}

/** @param {string} suite */
function progressOf(suite) {
  return (/** @type {string} */ name) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${suite}: ${name} …`)
  }
}

function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}

/**
 * @param {readonly import('./suite.mjs').Measurement[]} measurements
 * @param {readonly import('./report.mjs').Comparison[]} comparisons
 */
function print(measurements, comparisons) {
  const facts = Object.entries(describeMachine()).map(([name, value]) => `${name} ${String(value)}`)
  const lines = [facts.join(' · ')]
  for (const measurement of measurements) {
    const rows = alignColumns([columnsOf(measurement), ...tableRows(measurement, comparisons)])
    lines.push('', `${measurement.name}: ${measurement.note}`, ...rows.map((row) => `  ${row}`))
  }
  const barred = comparisons.filter(({ met }) => met !== undefined)
  const met = barred.filter((each) => each.met)
  lines.push('', `${String(met.length)} of ${String(barred.length)} bars met`)
  for (const { name, versus, ratio, bar } of barred.filter((each) => each.met === false))
    lines.push(`  not met: ${name}, against ${versus}: ${ratio.toFixed(2)}, bar ${bar ?? ''}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

/**
 * @param {readonly string[]} argv
 * @param {readonly import('./suite.mjs').Measurement[]} measurements
 * @param {readonly import('./report.mjs').Comparison[]} comparisons
 */
async function record(argv, measurements, comparisons) {
  const paths = await writeRecord(fileURLToPath(new URL('results', import.meta.url)), {
    date: new Date().toISOString().slice(0, 10),
    command: ['node bench/run.mjs', ...argv].join(' '),
    machine: describeMachine(),
    nodeMajor,
    measurements,
    comparisons,
  })
  process.stdout.write(`recorded: ${paths.join(', ')}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await main(process.argv.slice(2))
