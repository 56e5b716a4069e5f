import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Claims } from '../../../src/token/index.js'
import type { RevocationEntry } from '../../../src/revocation/index.js'
import { NameBytes, readName } from '../../../src/revocation/table/name-bytes.js'
import { SeededHash } from '../../../src/revocation/table/seeded-hash.js'
import { RevocationTable } from '../../../src/revocation/table/table.js'

const now = 1000
const clock = () => now
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
        const table = new RevocationTable()
        for (const each of entries) table.add(each)
        if (sweep) table.sweep(now)
        const answer = table.refuses(presented.issuer, presented.claims, clock)
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

test('the size counts what is held, each once, until all of its time has expired', () => {
  const table = new RevocationTable()
  const add = (value: string, expiresAt: number) => {
    table.add({ kind: 'sid', issuer: 'a', value, expiresAt })
  }
  add('x', now)
  add('x', now + 1)
  add('y', now)
  expect(table.size).toBe(2)
  table.sweep(now)
  expect(table.size).toBe(2)
  table.sweep(now + 1)
  expect(table.size).toBe(0)
})

const issuer = 'https://auth.example'

function session(value: string, expiresAt = now + 900): RevocationEntry {
  return { kind: 'sid', issuer, value, expiresAt }
}

describe('a table that grows', () => {
  test('finds everything at every size, while it moves on, and nothing else', () => {
    const table = new RevocationTable()
    const ids = Array.from({ length: 20_000 }, () => randomUUID())
    for (const [count, id] of ids.entries()) {
      table.add(session(id))
      if (count % 997 === 0)
        for (const each of ids.slice(0, count + 1))
          if (!table.refuses(issuer, { sid: each }, clock)) throw new Error('an entry is lost')
    }
    expect(table.size).toBe(ids.length)
    expect(ids.every((sid) => table.refuses(issuer, { sid }, clock))).toBe(true)
    expect(ids.some((jti) => table.refuses(issuer, { jti }, clock))).toBe(false)
    expect(ids.some(() => table.refuses(issuer, { sid: randomUUID() }, clock))).toBe(false)
  })

  test('takes at most 48 bytes an entry at a million, counted in the memory it has', () => {
    const table = new RevocationTable()
    for (let count = 0; count < 1_000_000; count++) table.add(session(randomUUID()))
    for (let times = 0; times < 1000; times++) table.tend()
    expect(table.bytes / table.size).toBeLessThanOrEqual(48)
  })

  test('works a bounded time for each entry, whoever chose the names', () => {
    // Names that differ in one character, all of them of the smallest alphabet: what a weak hash puts into one corner.
    const names = Array.from({ length: 1 << 14 }, (_, n) => n.toString(2).padStart(1000, 'a'))
    const hash = new SeededHash()
    const slots = new Map<number, number>()
    for (const name of names) {
      const slot = hash.of(1, name) & (names.length - 1)
      slots.set(slot, (slots.get(slot) ?? 0) + 1)
    }
    // Of truly random ones about 63 % are taken, and the fullest has seven or eight.
    expect(slots.size).toBeGreaterThan(names.length * 0.55)
    expect(Math.max(...slots.values())).toBeLessThan(24)
  })
})

describe('names', () => {
  const alphabets = fc.oneof(
    fc.uuid(),
    fc
      .uint8Array({ minLength: 12, maxLength: 64 })
      .map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom('\ud83d', '\udd11', 'é', 'a'), { maxLength: 20 })
      .map((all) => all.join('')),
  )

  test('are kept letter by letter, whatever they are made of', () => {
    const bytes = new NameBytes()
    fc.assert(
      fc.property(alphabets, (name) => {
        bytes.set(name)
        const copy = new Uint8Array(bytes.words.slice(0, bytes.wordCount).buffer, 0, bytes.length)
        expect(readName(copy, bytes.form)).toBe(name)
      }),
      { numRuns: 2000 },
    )
  })

  test('of ids take the bytes that they were made of', () => {
    const bytes = new NameBytes()
    bytes.set(randomUUID())
    expect(bytes.length).toBe(16)
    bytes.set(randomBytes(32).toString('base64url'))
    expect(bytes.length).toBe(32)
  })

  const lookalikes: readonly (readonly [string, string])[] = [
    ['a UUID and the same in capitals', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
    ['a UUID and the same without hyphens', '3f2504e04f8941d39a0c0305e82c3301'],
    [
      'a UUID and its bytes in base64url',
      Buffer.from('3f2504e04f8941d39a0c0305e82c3301', 'hex').toString('base64url'),
    ],
    ['a base64url text and one with a spare bit set', 'AAAAAAAAAAAAAAAAAAAAAB'],
    ['a text and it with a null character', 'session-1\0'],
    ['half a surrogate pair and what stands for it', '\ud83d'],
  ]
  const twins = [
    '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'AAAAAAAAAAAAAAAAAAAAAA',
    'session-1',
    '\ufffd',
  ]
  test.each(lookalikes)('%s are two names', (_, name) => {
    const table = new RevocationTable()
    for (const twin of twins.filter((each) => each !== name)) table.add(session(twin))
    expect(table.refuses(issuer, { sid: name }, clock)).toBe(false)
    table.add(session(name))
    expect(table.refuses(issuer, { sid: name }, clock)).toBe(true)
    expect(table.size).toBe(twins.filter((each) => each !== name).length + 1)
  })

  test('that met in their hash would still be two: the hash decides nothing', () => {
    // All factors the same: names of the same letters in another order have one hash.
    const same = (words: Uint32Array) => words.fill(7)
    const table = new RevocationTable({ random: same })
    expect(new SeededHash(same).of(7, 'session-12')).toBe(new SeededHash(same).of(7, 'session-21'))
    table.add(session('session-12'))
    expect(table.refuses(issuer, { sid: 'session-21' }, clock)).toBe(false)
    table.add(session('session-21', now))
    expect(table.size).toBe(2)
    expect(table.refuses(issuer, { sid: 'session-12' }, clock)).toBe(true)
    expect(table.refuses(issuer, { jti: 'session-12' }, clock)).toBe(false)
    expect(table.refuses('https://other.example', { sid: 'session-12' }, clock)).toBe(false)
  })

  test('longer than any that is revoked are not looked for, and not added', () => {
    const table = new RevocationTable()
    table.add(session('a'.repeat(1024)))
    expect(table.refuses(issuer, { sid: 'a'.repeat(1024) }, clock)).toBe(true)
    expect(table.refuses(issuer, { sid: 'a'.repeat(1025) }, clock)).toBe(false)
    expect(() => {
      table.add(session('a'.repeat(1025)))
    }).toThrow(RangeError)
  })
})

describe('what the store lacks', () => {
  const missing = (table: RevocationTable) =>
    [...table.missing(now)]
      .flat()
      .map((entry) => ('value' in entry ? entry.value : entry.kind))
      .sort()

  test('is what was not seen there since counting began, and less than what is known', () => {
    const table = new RevocationTable()
    table.add(session('own'))
    table.add(session('kept'), true)
    table.add(session('longer here', now + 950))
    table.add(session('expired', now))
    expect(missing(table)).toEqual(['longer here', 'own'])
    table.recount()
    table.add(session('kept'), true)
    table.add(session('longer here'), true)
    expect(missing(table)).toEqual(['longer here', 'own'])
    table.recount()
    expect(missing(table)).toEqual(['kept', 'longer here', 'own'])
  })

  test('comes back whole: every kind, with its times', () => {
    const table = new RevocationTable()
    const entries: RevocationEntry[] = [
      { kind: 'jti', issuer, value: randomUUID(), expiresAt: now + 1 },
      { kind: 'sid', issuer: 'https://other.example', value: 'é🔑', expiresAt: now + 2 },
      { kind: 'client', issuer, value: 'web', expiresAt: now + 3 },
      { kind: 'sub', issuer, value: 'user-1', before: now, expiresAt: now + 4 },
      { kind: 'all', issuer, before: now - 5, expiresAt: now + 5 },
    ]
    for (const each of entries) table.add(each)
    const inOrder = (all: Iterable<RevocationEntry>) =>
      [...all].sort((one, other) => one.expiresAt - other.expiresAt)
    expect(inOrder([...table.missing(now)].flat())).toEqual(entries)
  })
})
