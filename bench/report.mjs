import { barOf, floor, isMet } from './bars.mjs'
import { pairedRatio, quantile } from './measure.mjs'

/** @import { Measurement } from './suite.mjs' */

/**
 * Our ratio to one opponent. Unit `time`: our time as a multiple of theirs, less is better. Unit `speed`: how many
 * times as fast as they we are, more is better.
 *
 * @typedef {{
 *   readonly suite: string, readonly name: string, readonly versus: string,
 *   readonly unit: 'time' | 'speed', readonly ratio: number, readonly low: number, readonly high: number,
 *   readonly bar?: string, readonly met?: boolean,
 * }} Comparison
 */

const own = 'jotgate'

/**
 * Our ratios to everybody else in one measurement, each with its bar where there is one.
 *
 * @param {Measurement} measurement
 * @param {{ nodeMajor: number }} under
 * @returns {readonly Comparison[]}
 */
export function compare({ suite, name, times, base = floor }, under) {
  const ours = times.get(own)
  if (!ours) throw new RangeError('what is ours was not measured')
  return [...times].flatMap(([versus, theirs]) => {
    if (versus === own) return []
    const isBase = versus === base
    const { median, low, high } = isBase ? pairedRatio(ours, theirs) : pairedRatio(theirs, ours)
    /** @type {'time' | 'speed'} */
    const unit = isBase ? 'time' : 'speed'
    const ratio = { unit, ratio: median, low, high }
    return [{ suite, name, versus, ...ratio, ...judge({ name, versus, ratio: median }, under) }]
  })
}

/**
 * @param {{ name: string, versus: string, ratio: number }} found
 * @param {{ nodeMajor: number }} under
 */
function judge({ name, versus, ratio }, { nodeMajor }) {
  const bar = barOf(name, versus)
  if (!bar) return {}
  return {
    bar: `${bar.kind === 'atMost' ? '≤' : '≥'} ${String(bar.limit(nodeMajor))}`,
    met: isMet(bar, ratio, { nodeMajor }),
  }
}

/**
 * The rows of `--json`: figures with four significant digits.
 *
 * @param {readonly Comparison[]} comparisons
 */
export function toRows(comparisons) {
  return comparisons.map(({ suite, name, ratio, unit, versus }) => {
    return { suite, name, ratio: Number(ratio.toPrecision(4)), unit, versus }
  })
}

/** What times are shown in, unless a measurement says otherwise. */
const microseconds = { name: 'µs', of: 1000 }

/** The header of the table of a measurement that has the bare call for its base. */
export const columns = ['', 'µs', '× bare', 'jotgate is × as fast', 'bar', '']

/**
 * The header of a measurement's table.
 *
 * @param {Pick<Measurement, 'base' | 'unit'>} measurement
 */
export function columnsOf({ base, unit = microseconds }) {
  const named = columns.with(1, unit.name)
  return base === undefined ? named : named.with(2, `× ${base}`)
}

/**
 * One row for each contender.
 *
 * @param {Measurement} measurement
 * @param {readonly Comparison[]} comparisons
 * @returns {readonly (readonly string[])[]}
 */
export function tableRows({ name, times, base = floor, unit = microseconds }, comparisons) {
  const bare = times.get(base)
  return [...times].map(([contender, each]) => {
    const isOwn = contender === own
    const comparison = comparisons.find(
      (one) => one.name === name && one.versus === (isOwn ? base : contender),
    )
    const shown = contender === base ? undefined : comparison
    return [
      contender,
      (quantile(each, 0.5) / unit.of).toFixed(2),
      bare ? spread(pairedRatio(each, bare)) : '',
      shown && !isOwn ? spread({ median: shown.ratio, low: shown.low, high: shown.high }) : '',
      shown?.bar ?? '',
      shown?.met === undefined ? '' : shown.met ? 'met' : 'NOT MET',
    ]
  })
}

/** @param {import('./measure.mjs').Ratio} ratio */
function spread({ median, low, high }) {
  return `${digits(median)} (${digits(low)}–${digits(high)})`
}

/** @param {number} ratio */
function digits(ratio) {
  return ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)
}

/**
 * Lines of a table for a terminal.
 *
 * @param {readonly (readonly string[])[]} rows
 */
export function alignColumns(rows) {
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 1 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
