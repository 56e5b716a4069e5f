import { describe, expect, test } from 'vitest'
import { measure, pairedRatio, quantile } from '../../bench/measure.mjs'

const effort = { rounds: 5, sliceMs: 1, warmMs: 2 }

/** Burns time in proportion to `weight`. */
function worker(name: string, weight: number) {
  const run = (count: number) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      let sum = 0
      for (let j = 0; j < 2000 * weight; j++) sum += Math.sqrt(j)
      if (sum > 0) right++
    }
    return right
  }
  return { name, run }
}

describe('the measuring of the benchmark', () => {
  test('the measuring of the benchmark finds that five times the work takes more than twice the time', async () => {
    const times = await measure([worker('one', 1), worker('five', 5)], {
      rounds: 15,
      sliceMs: 5,
      warmMs: 50,
    })
    const [one = [], five = []] = [times.get('one'), times.get('five')]
    expect(one).toHaveLength(15)
    expect(pairedRatio(five, one).median).toBeGreaterThan(2)
    expect(pairedRatio(one, five).median).toBeLessThan(0.5)
  })

  test('the measuring of the benchmark refuses a contender that is wrong even once', async () => {
    const lazy = { name: 'lazy', run: (count: number) => count - 1 }
    await expect(measure([worker('one', 1), lazy], effort)).rejects.toThrow(/^lazy was right/)
  })

  test('the measuring of the benchmark takes the middle of each round’s ratios, not the ratio of middles', () => {
    const ratio = pairedRatio([2, 20, 200, 3000, 30_000], [1, 10, 100, 1000, 10_000])
    expect(ratio).toEqual({ median: 2, low: 2, high: 3 })
    expect(() => pairedRatio([1, 2], [1])).toThrow(RangeError)
    expect(() => pairedRatio([], [])).toThrow(RangeError)
  })

  test('the measuring of the benchmark interpolates between the values beside a quantile', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([7], 0.25)).toBe(7)
  })
})
