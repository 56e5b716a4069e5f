import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Claims } from '../../src/core/index.js'
import type { RevocationEntry } from '../../src/revocation/index.js'
import { createTable } from '../../src/revocation/table.js'

const now = 1000
const names = fc.constantFrom('a', 'b', 'c')
const times = fc.integer({ min: now - 5, max: now + 5 })
const entry: fc.Arbitrary<RevocationEntry> = fc.oneof(
  fc.record({
    issuer: names,
    kind: fc.constantFrom('jti' as const, 'sid' as const, 'client' as const),
    value: names,
    expiresAt: times,
  }),
  fc.record({
    issuer: names,
    kind: fc.constant('sub' as const),
    value: names,
    before: times,
    expiresAt: times,
  }),
  fc.record({ issuer: names, kind: fc.constant('all' as const), before: times, expiresAt: times }),
)
const token = fc.record({
  issuer: names,
  claims: fc.record(
    { jti: names, sid: names, client_id: names, sub: names, iat: times },
    { requiredKeys: [] },
  ),
})

interface Presented {
  readonly issuer: string
  readonly claims: Claims
}

/** Whether one entry by itself, as it was added, refuses a token. */
function refusedBy(added: RevocationEntry, { issuer, claims }: Presented): boolean {
  if (added.issuer !== issuer || added.expiresAt <= now) return false
  if (added.kind === 'all' || added.kind === 'sub') {
    const meant = added.kind === 'all' || claims.sub === added.value
    return meant && (claims.iat === undefined || claims.iat <= added.before)
  }
  return claims[added.kind === 'client' ? 'client_id' : added.kind] === added.value
}

test('whatever any entry refuses the table refuses, in any order, swept or not', () => {
  let refused = 0
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 12 }),
      token,
      fc.boolean(),
      (entries, presented, sweep) => {
        const table = createTable()
        for (const each of entries) table.add(each)
        if (sweep) table.sweep(now)
        const answer = table.refuses(presented.issuer, presented.claims, now)
        if (entries.some((each) => refusedBy(each, presented))) {
          refused++
          expect(answer).toBe(true)
        }
        // Two cut-offs of one subject become one with the later time and the later expiry: never less than both.
        if (!entries.some((each) => refusedBy({ ...each, expiresAt: now + 9 }, presented)))
          expect(answer).toBe(false)
      },
    ),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(50)
})

test('the size counts what is held, each once, until it is swept', () => {
  const table = createTable()
  const add = (value: string, expiresAt: number) => {
    table.add({ kind: 'sid', issuer: 'a', value, expiresAt })
  }
  add('x', now)
  add('x', now + 1)
  add('y', now)
  expect(table.size).toBe(2)
  table.sweep(now)
  expect(table.size).toBe(1)
  table.sweep(now + 1)
  expect(table.size).toBe(0)
})
