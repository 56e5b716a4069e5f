import { type Traffic, type TrafficBin } from '../api/admin/generated/types.js'
import { type Bar } from '../charts/bar.js'
import { percentile } from '../charts/percentile.js'

/** The drawn values of one step of time; latencies in ms, absent without answers. */
export interface TrafficBar extends Bar {
  readonly p50: number | undefined
  readonly p99: number | undefined
}

/** The traffic as the page shows it. */
export interface TrafficSummary {
  /** `accepted` and the codes of refusals, the most frequent first; the rest are one. */
  readonly series: readonly { readonly name: string; readonly total: number }[]
  readonly bars: readonly TrafficBar[]
  readonly minutes: number
  readonly accepted: number
  readonly refused: number
  readonly p50: number | undefined
  readonly p99: number | undefined
}

const spanSeconds = 300
/** As many as can be distinguished by colour, including accepted and the rest. */
const mostSeries = 7
const rest = 'other codes'

/** Sums up the traffic, with a bar for every step of the last five minutes, also for empty ones. */
export function summarize({ step, buckets, bins }: Traffic, now: number): TrafficSummary {
  const codes = codesOf(bins)
  const shown = codes.length < mostSeries ? codes : [...codes.slice(0, mostSeries - 2), rest]
  const byStart = new Map(bins.map((bin) => [bin.at, bin]))
  const last = Math.max(Math.floor(now / step) * step, ...bins.map(({ at }) => at))
  const steps = Math.ceil(spanSeconds / step)
  const starts = Array.from({ length: steps }, (_, index) => last - (steps - 1 - index) * step)
  const bars = starts.map((at) => barOf(at, byStart.get(at), { shown, buckets }))
  const totals = ['accepted', ...shown].map((name, index) => ({
    name,
    total: sum(bars.map(({ values }) => values[index] ?? 0)),
  }))
  const [accepted = { total: 0 }, ...refused] = totals
  const latency = starts.flatMap((at) => byStart.get(at)?.latency ?? [])
  const counts = Array.from({ length: buckets.length + 1 }, (_, bucket) =>
    sum(latency.filter((_count, index) => index % (buckets.length + 1) === bucket)),
  )
  return {
    series: totals,
    bars,
    minutes: Math.round(spanSeconds / 60),
    accepted: accepted.total,
    refused: sum(refused.map(({ total }) => total)),
    p50: percentile(buckets, counts, 0.5),
    p99: percentile(buckets, counts, 0.99),
  }
}

/**
 * Milliseconds for people.
 *
 * @example durationText(3.24) // '3.2 ms'
 */
export function durationText(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms === Infinity) return 'over 1 s'
  return `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} ms`
}

function codesOf(bins: readonly TrafficBin[]): readonly string[] {
  const totals = new Map<string, number>()
  for (const { refused } of bins)
    for (const [code, count] of Object.entries(refused))
      totals.set(code, (totals.get(code) ?? 0) + count)
  return [...totals].sort(([, a], [, b]) => b - a).map(([code]) => code)
}

function barOf(
  at: number,
  bin: TrafficBin | undefined,
  { shown, buckets }: { shown: readonly string[]; buckets: readonly number[] },
): TrafficBar {
  const refused = bin?.refused ?? {}
  const named = shown.filter((code) => code !== rest)
  const others = Object.entries(refused).filter(([code]) => !named.includes(code))
  const latency = bin?.latency ?? []
  return {
    at,
    values: [
      bin?.accepted ?? 0,
      ...shown.map((code) =>
        code === rest ? sum(others.map(([, count]) => count)) : (refused[code] ?? 0),
      ),
    ],
    p50: percentile(buckets, latency, 0.5),
    p99: percentile(buckets, latency, 0.99),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
