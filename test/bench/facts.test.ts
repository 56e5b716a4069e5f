import { describe, expect, test } from 'vitest'
import { compare } from '../../bench/report.mjs'
import { logins } from '../../bench/suites/sessions/logins.mjs'
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

describe('the facts suite of the benchmark', () => {
  test('the facts suite compares logins with 200 B and 1 KiB of facts with logins without, on each store', async () => {
    const measurements = (await suites['facts']?.(context)) ?? []
    const found = measurements.flatMap((each) => compare(each, { nodeMajor: 20 }))
    expect(found.map(({ name, versus, unit }) => [name, versus, unit])).toEqual(
      stores.flatMap(({ name }) =>
        ['200', '1024'].map((bytes) => [
          `facts: ${name}, login and refresh, ${bytes} B`,
          'no facts',
          'time',
        ]),
      ),
    )
    for (const { ratio } of found) expect(ratio).toBeGreaterThan(0)
  })

  test.each([0, 200, 1024])(
    'a measured login keeps exactly %i B of facts in its session',
    async (bytes) => {
      const { sessions } = memoryStores()
      const kept: unknown[] = []
      const store: SessionStore = {
        ...sessions,
        create: (session) => {
          kept.push(session.details?.facts)
          return sessions.create(session)
        },
      }
      expect(await logins(store, bytes).once(0)).toBe(true)
      const [facts] = kept
      expect(facts === undefined ? 0 : JSON.stringify(facts).length).toBe(bytes)
    },
  )
})
