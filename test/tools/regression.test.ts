import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bars } from '../../bench/bars.mjs'
import { newestRecord, regressions, slack } from '../../tools/testing/regression.mjs'

const folder = fileURLToPath(new URL('../../bench/results', import.meta.url))
const time = { suite: 'core', name: 'verify HS256', versus: 'node:crypto', unit: 'time' }
const speed = { ...time, versus: 'fast-jwt', unit: 'speed' }
const recorded = [
  { ...time, ratio: 1.3 },
  { ...speed, ratio: 2 },
]

describe('the check that nothing has become slower', () => {
  test('the check on speed accepts noise, and nothing beyond the slack, in either direction', () => {
    const found = (ours: number, theirs: number) =>
      regressions(
        [
          { ...time, ratio: ours },
          { ...speed, ratio: theirs },
        ],
        recorded,
      ).problems.length
    expect(found(1.3, 2)).toBe(0)
    expect(found(1.3 * slack - 0.01, 2 / slack + 0.01)).toBe(0)
    expect(found(1.3 * slack + 0.01, 2)).toBe(1)
    expect(found(1.3, 2 / slack - 0.01)).toBe(1)
    expect(found(0.1, 20)).toBe(0)
    expect(found(Number.NaN, Number.NaN)).toBe(2)
  })
  test('the check on speed says what, how much, and how much it was', () => {
    expect(regressions([{ ...time, ratio: 9 }], recorded)).toEqual({
      compared: 1,
      problems: ['verify HS256, against node:crypto: 9.00, recorded 1.30 (time)'],
    })
  })
  test('the check on speed counts what it has compared, so that a run of nothing is seen', () => {
    expect(regressions([], recorded).compared).toBe(0)
    expect(regressions([{ ...time, name: 'verify XS1', ratio: 9 }], recorded)).toEqual({
      compared: 0,
      problems: [],
    })
  })
  test('the check on speed finds every bar of the core in the newest record of each Node', () => {
    const core = bars.filter(
      ({ name }) => !/^(api|audit|http|revocation|service|sessions): /.test(name),
    )
    for (const major of [20, 22, 24, 99]) {
      const rows = newestRecord(folder, major)
      const missing = core.filter(
        ({ name, versus }) => !rows.some((row) => row.name === name && row.versus === versus),
      )
      expect(missing).toEqual([])
    }
  })
})
