import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bars, floor, isMet } from '../../bench/bars.mjs'
import { writeRecord } from '../../bench/record.mjs'
import { main } from '../../bench/run.mjs'
import { alignColumns, columns, compare, tableRows, toRows } from '../../bench/report.mjs'

/** A measurement in which each contender always takes that many nanoseconds. */
function measured(name: string, times: Record<string, number>) {
  const series = Object.entries(times).map(
    ([contender, time]) => [contender, [time, time, time]] as const,
  )
  return { suite: 'core', name, note: 'planted', times: new Map(series) }
}

const under = { nodeMajor: 20 }
const good = measured('verify HS256', { [floor]: 1000, jotgate: 1300, 'fast-jwt': 3900 })

describe('the report of the benchmark', () => {
  test('the report compares our time with the bare call, and our speed with the others', () => {
    expect(toRows(compare(good, under))).toEqual([
      { suite: 'core', name: 'verify HS256', ratio: 1.3, unit: 'time', versus: floor },
      { suite: 'core', name: 'verify HS256', ratio: 3, unit: 'speed', versus: 'fast-jwt' },
    ])
  })

  test('the report holds a bar for met or missed', () => {
    const verdicts = (ours: number) =>
      compare(measured('verify HS256', { [floor]: 1000, jotgate: ours }), under).map(
        ({ met }) => met,
      )
    expect(verdicts(1400)).toEqual([true])
    expect(verdicts(1410)).toEqual([false])
  })

  test('the report asks more of Node 24, and takes no missing figure for a good one', () => {
    const bare = bars.find(({ name, versus }) => name === 'verify HS256' && versus === floor)
    const fast = bars.find(({ name, versus }) => name === 'verify HS256' && versus === 'fast-jwt')
    if (!bare || !fast) throw new Error('these bars are gone')
    expect(isMet(bare, 1.35, { nodeMajor: 20 })).toBe(true)
    expect(isMet(bare, 1.35, { nodeMajor: 24 })).toBe(false)
    expect(isMet(fast, 2.2, { nodeMajor: 20 })).toBe(true)
    expect(isMet(fast, 2.1, { nodeMajor: 20 })).toBe(false)
    expect(isMet(bare, Number.NaN, { nodeMajor: 20 })).toBe(false)
  })

  test('the report leaves out a measurement in which we are missing', () => {
    expect(() => compare(measured('sign HS256', { [floor]: 1 }), under)).toThrow(RangeError)
  })

  test('the report prints every contender with its bar and verdict', () => {
    const slow = measured('verify HS256', { [floor]: 1000, jotgate: 5000, 'fast-jwt': 4000 })
    const lines = alignColumns([columns, ...tableRows(slow, compare(slow, under))])
    expect(lines[1]).toMatch(/^node:crypto +1\.00 +1\.00/)
    expect(lines[2]).toMatch(/^jotgate +5\.00 +5\.00 \(5\.00–5\.00\) +≤ 1\.4 +NOT MET$/)
    expect(lines[3]).toMatch(/^fast-jwt +4\.00 +4\.00 .* 0\.80 .* ≥ 2\.2 +NOT MET$/)
  })

  test('the report keeps a run as JSON and as a page, with machine and command', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jotgate-bench-'))
    try {
      const paths = await writeRecord(folder, {
        date: '2026-01-02',
        command: 'node bench/run.mjs core',
        machine: { cpu: 'a processor', node: 'v24.1.0' },
        nodeMajor: 24,
        measurements: [good],
        comparisons: compare(good, under),
      })
      expect(paths).toEqual([
        join(folder, '2026-01-02-node24.json'),
        join(folder, '2026-01-02-node24.md'),
      ])
      const [json, page] = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
      expect(JSON.parse(json ?? '')).toMatchObject({
        command: 'node bench/run.mjs core',
        machine: { cpu: 'a processor' },
        bars: [
          { versus: floor, met: true },
          { versus: 'fast-jwt', met: true },
        ],
      })
      expect(page).toContain('| jotgate | 1.30 | 1.30 (1.30–1.30) |')
      expect(page).toContain('`node bench/run.mjs core` · cpu a processor')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('npm run bench', () => {
  test.each([[['nonsense']], [['--fast']], [['core', 'nonsense']]])(
    'npm run bench answers %j with its usage and exit code 2',
    async (argv) => {
      expect(await main(argv)).toBe(2)
    },
  )
})
