import { beforeAll, describe, expect, test } from 'vitest'
import { bars, isMet } from '../../bench/bars.mjs'
import { columnsOf, compare } from '../../bench/report.mjs'
import type { Measurement } from '../../bench/suite.mjs'
import { bareTrip } from '../../bench/suites/sessions.mjs'
import { refreshes, rotations } from '../../bench/suites/sessions/contenders.mjs'
import { measureRoundTrips } from '../../bench/suites/sessions/round-trips.mjs'
import { stores } from '../../bench/suites/sessions/stores.mjs'
import { suites } from '../../bench/suites/table.mjs'
import type { SessionStore } from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'

const context = {
  quick: true,
  tokens: 32,
  effort: { rounds: 1, sliceMs: 1, warmMs: 1 },
  progress: () => undefined,
}
const short = { rounds: 1, ms: 1, inFlight: 2, places: 2 }

describe('the sessions suite of the benchmark', () => {
  let measurements: readonly Measurement[] = []

  beforeAll(async () => {
    measurements = (await suites['sessions']?.(context)) ?? []
  })

  test('the sessions suite measures everything that a bar speaks of, against the bare round trip', () => {
    const comparisons = measurements.flatMap((each) => compare(each, { nodeMajor: 20 }))
    const barred = comparisons.filter(({ bar }) => bar !== undefined)
    expect(barred.map(({ name, versus }) => [name, versus])).toEqual(
      bars.filter(({ versus }) => versus === bareTrip).map(({ name, versus }) => [name, versus]),
    )
    for (const { unit, ratio, bar } of barred) {
      expect({ unit, bar }).toEqual({ unit: 'time', bar: '≤ 2' })
      expect(ratio).toBeGreaterThan(0)
    }
  })

  test('the sessions suite has for each store the rotation, the whole refresh, the throughput, the slowest', () => {
    expect(measurements.map(({ name }) => name)).toEqual(
      stores.flatMap(({ name }) =>
        ['rotate', 'whole refresh', 'whole refresh, p99'].map(
          (what) => `sessions: ${name}, ${what}`,
        ),
      ),
    )
    for (const measurement of measurements) {
      expect(columnsOf(measurement)[2]).toBe('× bare')
      for (const times of measurement.times.values()) expect(times).toHaveLength(5)
      if (measurement.name.endsWith('whole refresh'))
        expect(measurement.note).toMatch(/^[1-9]\d* refreshes a second/)
    }
  })

  test('the sessions suite asks for half of the bare throughput', () => {
    const bar = bars.find(({ versus }) => versus === bareTrip)
    if (!bar) throw new Error('the bars are gone')
    expect(isMet(bar, 1.9, { nodeMajor: 20 })).toBe(true)
    expect(isMet(bar, 2.1, { nodeMajor: 20 })).toBe(false)
  })
})

describe('what is measured', () => {
  test('a measured session rotates every time, never replays', async () => {
    const { sessions } = memoryStores()
    for (const contender of [await rotations(sessions, 2), await refreshes(sessions, 2)])
      for (let turn = 0; turn < 20; turn++) expect(await contender.once(turn % 2)).toBe(true)
  })

  test('a store that replays instead of rotating is found out', async () => {
    const { sessions } = memoryStores()
    const idle: SessionStore = {
      ...sessions,
      rotate: async ({ id }) => {
        const session = await sessions.find(id)
        return session === undefined ? { kind: 'unknown' } : { kind: 'replayed', session }
      },
    }
    for (const make of [rotations, refreshes]) {
      const contender = await make(idle, 2)
      await expect(measureRoundTrips([contender], short)).rejects.toThrow('came out wrong')
    }
  })

  test.each(stores)('bare, $name: finds a row that is there, and no other', async ({ open }) => {
    const { bare, close } = await open(['one', 'two'], 'before')
    try {
      expect(await bare('one', 'after')).toBe(true)
      expect(await bare('three', 'after')).toBe(false)
    } finally {
      await close()
    }
  })
})
