import { beforeAll, describe, expect, test } from 'vitest'
import { createRevocation } from 'jotgate'
import { bars, isMet } from '../../bench/bars.mjs'
import { measure } from '../../bench/measure.mjs'
import { columnsOf, compare, tableRows } from '../../bench/report.mjs'
import type { Measurement } from '../../bench/suite.mjs'
import {
  checkLoop,
  mapLoop,
  setLoops,
  verifiedTokens,
} from '../../bench/suites/revocation/contenders.mjs'
import {
  issuer,
  mixedEntries,
  readOnce,
  tokenEntries,
} from '../../bench/suites/revocation/entries.mjs'
import { MapTable } from '../../bench/suites/revocation/map-table.mjs'
import { suites } from '../../bench/suites/table.mjs'

const context = {
  quick: true,
  tokens: 20,
  effort: { rounds: 2, sliceMs: 0.5, warmMs: 1 },
  progress: () => undefined,
}

describe('the revocation suite of the benchmark', () => {
  let measurements: readonly Measurement[] = []

  beforeAll(async () => {
    measurements = (await suites['revocation']?.(context)) ?? []
  })

  test('the revocation suite measures everything that a bar speaks of', () => {
    const comparisons = measurements.flatMap((each) => compare(each, { nodeMajor: 20 }))
    const barred = comparisons.filter(({ bar }) => bar !== undefined)
    const wanted = bars.filter(({ name }) => name.startsWith('revocation: '))
    expect(barred.map(({ name, versus }) => [name, versus]).sort()).toEqual(
      wanted.map(({ name, versus }) => [name, versus]).sort(),
    )
    expect(wanted).toHaveLength(4)
    for (const { ratio } of comparisons) expect(ratio).toBeGreaterThan(0)
  })

  test('the revocation suite names every contender, and what the figures are', () => {
    const shapes = measurements.map((each) => [
      each.name.replace('revocation: ', ''),
      columnsOf(each)[1],
      [...each.times.keys()].sort(),
    ])
    const all = ['Map per kind', 'Redis GET', 'Set<string>', 'jotgate', 'node:crypto']
    expect(shapes).toEqual([
      ['id not revoked', 'µs', all],
      ['id revoked', 'µs', all],
      ['every kind, not revoked', 'µs', ['jotgate', 'node:crypto']],
      ['beside cut-offs of sessions', 'µs', ['jotgate', 'node:crypto']],
      ['issued after a cut-off', 'µs', ['jotgate', 'node:crypto']],
      ['node:http, added', 'µs', ['Redis GET', 'jotgate']],
      ['node:http, whole request', 'µs', ['Redis GET', 'jotgate', 'verify only']],
      ['memory an entry', 'B', ['48 B', 'Map per kind', 'Set<string>', 'jotgate']],
      ['full garbage collection, added', 'ms', ['10 ms', 'Map per kind', 'Set<string>', 'jotgate']],
      ['loading from Redis', 'ms', ['jotgate', 'reading alone']],
      ['putting back after FLUSHALL', 'ms', ['jotgate', 'reading alone']],
    ])
  })

  test('the revocation suite shows a figure in its own unit', () => {
    const each = measurements.find(({ unit }) => unit?.name === 'B')
    if (!each) throw new Error('nothing is measured in bytes')
    const rows = tableRows(each, compare(each, { nodeMajor: 20 }))
    expect(rows.find(([name]) => name === '48 B')?.[1]).toBe('48.00')
  })

  test('the revocation suite asks for what was promised', () => {
    const bar = bars.find(({ name }) => name === 'revocation: every kind, not revoked')
    if (!bar) throw new Error('the bar is gone')
    expect(isMet(bar, 0.24, { nodeMajor: 20 })).toBe(true)
    expect(isMet(bar, 0.26, { nodeMajor: 20 })).toBe(false)
  })
})

describe('what is measured', () => {
  test('a contender that answers wrong is found out: a check that refuses none, a set without the ids', async () => {
    const tokens = await verifiedTokens(3)
    const empty = createRevocation({ store: readOnce([]), issuer, accessTtl: '2h' })
    await empty.start()
    const effort = { rounds: 1, sliceMs: 0.1, warmMs: 0.1 }
    const [set] = setLoops(new Set(), tokens, true)
    if (!set) throw new Error('there is a set')
    const maps = mapLoop(new MapTable(), tokens, true)
    for (const contender of [checkLoop(empty, tokens, true), set, maps])
      await expect(measure([contender], effort)).rejects.toThrow('was right 0 times')
    empty.close()
  })

  test('a measured revocation holds as many entries as it says, each once and of every kind', async () => {
    const revocation = createRevocation({
      store: readOnce([...tokenEntries(3000), ...mixedEntries(2000)]),
      issuer,
      accessTtl: '2h',
    })
    await revocation.start()
    expect(revocation.status().entries).toBe(5000)
    expect(new Set(mixedEntries(2000).map(({ kind }) => kind)).size).toBe(5)
    revocation.close()
  })
})
