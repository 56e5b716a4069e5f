import { describe, expect, test } from 'vitest'
import { bars, isMet } from '../../bench/bars.mjs'
import { columnsOf, compare } from '../../bench/report.mjs'
import { tenth } from '../../bench/suites/api.mjs'
import { makeService } from '../../bench/suites/api/service.mjs'
import { suites } from '../../bench/suites/table.mjs'
import { parseApi, renderDiagnostics } from '../../src/api-spec/language/parse.js'

const context = {
  quick: true,
  tokens: 40,
  effort: { rounds: 3, sliceMs: 0.2, warmMs: 1 },
  progress: () => undefined,
}

describe('the api suite of the benchmark', () => {
  test('the api suite measures everything that a bar speaks of, against a tenth as many routes', async () => {
    const measurements = (await suites['api']?.(context)) ?? []
    const comparisons = measurements.flatMap((each) => compare(each, { nodeMajor: 20 }))
    expect(comparisons.map(({ name, versus }) => [name, versus])).toEqual(
      bars.filter(({ versus }) => versus === tenth).map(({ name, versus }) => [name, versus]),
    )
    for (const { unit, ratio, bar } of comparisons) {
      expect({ unit, bar }).toEqual({ unit: 'time', bar: '≤ 12' })
      expect(ratio).toBeGreaterThan(0)
    }
    expect(measurements.map((each) => columnsOf(each)[2])).toEqual(
      measurements.map(() => '× a tenth'),
    )
  })

  test('the api suite takes growth in proportion, and not with the square', () => {
    const bar = bars.find(({ versus }) => versus === tenth)
    if (!bar) throw new Error('the bars are gone')
    expect(isMet(bar, 11, { nodeMajor: 20 })).toBe(true)
    expect(isMet(bar, 100, { nodeMajor: 20 })).toBe(false)
  })

  test('the api suite works on a file without errors and with the routes asked for, half of them guarded', () => {
    const result = parseApi(makeService(100))
    expect(renderDiagnostics(result)).toBe('')
    const groups = result.spec?.groups ?? []
    const count = (some: typeof groups) => some.reduce((sum, { routes }) => sum + routes.length, 0)
    expect(count(groups)).toBe(100)
    expect(count(groups.filter(({ annotation }) => annotation?.['jwt'] === 'Auth'))).toBe(50)
  })
})
