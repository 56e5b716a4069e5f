import { describe, expect, test } from 'vitest'
import { percentile } from '../../apps/console/src/charts/percentile.js'
import { linear, roundUp, timeTicks } from '../../apps/console/src/charts/scale.js'
import { durationText, summarize } from '../../apps/console/src/pages/traffic-summary.js'
import { away, lasting } from '../../apps/console/src/ui/times.js'

describe('a percentile out of counts by bucket', () => {
  const bounds = [1, 2, 5]

  test('a percentile lies within the bucket that holds it', () => {
    expect(percentile(bounds, [10, 0, 10, 0], 0.5)).toBe(1)
    expect(percentile(bounds, [0, 4, 0, 0], 0.5)).toBe(1.5)
    expect(percentile(bounds, [99, 0, 1, 0], 0.99)).toBe(1)
    expect(percentile(bounds, [98, 0, 2, 0], 0.99)).toBe(3.5)
  })

  test('a percentile is above every bound where too many took longer, and nothing of nothing', () => {
    expect(percentile(bounds, [1, 0, 0, 9], 0.5)).toBe(Infinity)
    expect(percentile(bounds, [0, 0, 0, 0], 0.5)).toBeUndefined()
    expect([durationText(Infinity), durationText(undefined)]).toEqual(['over 1 s', '–'])
  })
})

describe('the traffic of five minutes', () => {
  const bin = (at: number, refused: Record<string, number>) => ({
    at,
    accepted: 2,
    refused,
    latency: [1, 1, 0],
  })
  const traffic = { step: 5, buckets: [1, 2], processes: 1 }

  test('the traffic of five minutes has a bar for every step, also where nothing happened', () => {
    const { bars, accepted } = summarize({ ...traffic, bins: [bin(1000, {})] }, 1012)
    expect(bars).toHaveLength(60)
    expect(bars.at(-1)?.at).toBe(1010)
    expect(bars.find(({ at }) => at === 1000)?.values).toEqual([2])
    expect(bars.filter(({ p50 }) => p50 !== undefined)).toHaveLength(1)
    expect(accepted).toBe(2)
  })

  test('the traffic of five minutes names the most frequent refusals, and loses none of the rest', () => {
    const codes = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`CODE_${String(n)}`, n + 1]),
    )
    const { series, refused } = summarize({ ...traffic, bins: [bin(1000, codes)] }, 1000)
    expect(series).toHaveLength(7)
    expect(series[1]).toEqual({ name: 'CODE_8', total: 9 })
    expect(series.at(-1)).toEqual({ name: 'other codes', total: 1 + 2 + 3 + 4 })
    expect(refused).toBe(45)
  })
})

describe('times in words', () => {
  test.each([
    [850, 'in 14 min'],
    [-59, '59 s ago'],
    [0, 'now'],
    [-3600, '1 h ago'],
    [86_400, 'in 1 day'],
    [-172_900, '2 days ago'],
  ])('%i seconds from now is %s', (seconds, words) => {
    expect(away(1_000_000 + seconds, 1_000_000)).toBe(words)
  })

  test('a length is said without a sign', () => {
    expect(lasting(-61)).toBe('1 min')
  })
})

test('axes have round values, and times that lie within', () => {
  expect([0, 1, 37, 50, 51].map(roundUp)).toEqual([1, 1, 50, 50, 100])
  expect(timeTicks([90, 400], 6)).toEqual([120, 180, 240, 300, 360])
  expect(linear([0, 10], [100, 0])(2.5)).toBe(75)
})
