import type { Act } from './record.js'

/** Acts of one name, in the baseline and in the siege. */
export interface Comparison {
  readonly name: string
  /** Acts that were answered rightly. */
  readonly baseline: Times
  readonly siege: Times
  /** Of the siege: those that were right within three times the baseline's p99. */
  readonly inTime: number
}

/** Milliseconds of acts that were answered rightly. */
export interface Times {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly most: number
}

/** Name by name, in the order in which the baseline has them. */
export function compare(baseline: readonly Act[], siege: readonly Act[]): readonly Comparison[] {
  return [...new Set(baseline.map(({ name }) => name))].map((name) => {
    const before = timesOf(baseline, name)
    const limit = 3 * before.p99
    const inTime = siege.filter((act) => act.name === name && act.isRight && act.ms <= limit)
    return { name, baseline: before, siege: timesOf(siege, name), inTime: inTime.length }
  })
}

/** The sum over all names. */
export function sumOf(
  comparisons: readonly Comparison[],
  of: (comparison: Comparison) => number,
): number {
  return comparisons.reduce((sum, comparison) => sum + of(comparison), 0)
}

/** For the log: a line for each name. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const row = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, at) => (at === 0 ? String(cell).padEnd(20) : String(cell).padStart(9)))
      .join('')
  const times = ({ count, p50, p99, most }: Times) => [count, p50, p99, most].map(Math.round)
  const heads = ['right', 'p50 ms', 'p99 ms', 'most ms']
  return [
    row(['act', ...heads, ...heads, 'in time']),
    ...comparisons.map(({ name, baseline, siege, inTime }) =>
      row([name, ...times(baseline), ...times(siege), inTime]),
    ),
  ].join('\n')
}

function timesOf(acts: readonly Act[], name: string): Times {
  const sorted = acts
    .filter((act) => act.name === name && act.isRight)
    .map(({ ms }) => ms)
    .sort((one, other) => one - other)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? 0 }
}
