import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideRotation } from '../../src/session/ports.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { sampleSession, sampleRequest, start } from '../../src/testkit/sample-session.js'

const small = fc.integer({ min: 0, max: 4 })
const offset = fc.constantFrom(
  -7200,
  -61,
  -60,
  -5,
  0,
  1,
  9,
  10,
  11,
  3599,
  3600,
  3601,
  604_799,
  604_800,
  700_000,
)

test('the SQL statement decides like the table in TypeScript, for every session and request', async () => {
  const { sessions } = sqliteStores(await openSqlite(':memory:'))
  const kinds = new Map<string, number>()
  const cases = fc.record({
    generation: small,
    parent: fc.integer({ min: -1, max: 3 }),
    ended: fc.boolean(),
    absolute: fc.constantFrom(650_000, 2_592_000),
    presented: small,
    client: fc.constantFrom('web', 'web', 'web', 'app'),
    offset,
    grace: fc.constantFrom(0, 10),
    recoverWithin: fc.constantFrom(0, 3600),
  })
  const agrees = fc.asyncProperty(cases, async (drawn) => {
    const session = sampleSession({
      generation: drawn.generation,
      parent: drawn.parent,
      absoluteExpiry: start + drawn.absolute,
      ...(drawn.ended && drawn.offset > 10 ? { endedAt: start + 1 } : {}),
    })
    const { presented, client, grace, recoverWithin } = drawn
    const now = start + drawn.offset
    const request = sampleRequest(session, { presented, client, grace, recoverWithin, now })
    await sessions.create(session)
    const result = await sessions.rotate(request)
    expect(result).toEqual(decideRotation(session, request))
    expect(await sessions.find(session.id)).toEqual('session' in result && result.session)
    kinds.set(result.kind, (kinds.get(result.kind) ?? 0) + 1)
  })
  await fc.assert(agrees, { numRuns: 800 })
  expect(kinds.size).toBe(8)
  for (const count of kinds.values()) expect(count).toBeGreaterThan(0)
})
