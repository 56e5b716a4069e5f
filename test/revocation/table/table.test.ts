import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Claims } from '../../../src/token/index.js'
import { namesOf } from '../../../src/revocation/entry.js'
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
    kind: fc.constantFrom('sub' as const, 'client' as const),
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

/** Whether this entry alone refuses a token. */
function refusedBy(added: RevocationEntry, { issuer, claims }: Presented): boolean {
  if (added.issuer !== issuer || added.expiresAt <= now) return false
  if ('before' in added && claims.iat !== undefined && claims.iat > added.before) return false
  if (added.kind === 'all') return true
  return claims[added.kind === 'client' ? 'client_id' : added.kind] === added.value
}

test('a table refuses every token that one of its entries refuses, in any order, swept or not', () => {
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
        // Two cut-offs of a subject become one with the later cut-off and the later expiry: it may refuse more than both.
        if (!entries.some((each) => refusedBy({ ...each, expiresAt: now + 9 }, presented)))
          expect(answer).toBe(false)
      },
    ),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(50)
})

test('the size counts each entry once, until all entries of the segment have expired', () => {
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

describe('a growing table', () => {
  test('a growing table finds all of its entries at every size, and no others', () => {
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

  test('a table of a million entries allocates at most 48 bytes an entry', () => {
    const table = new RevocationTable()
    for (let count = 0; count < 1_000_000; count++) table.add(session(randomUUID()))
    for (let times = 0; times < 1000; times++) table.maintain()
    expect(table.bytes / table.size).toBeLessThanOrEqual(48)
  })

  test('names chosen by an attacker are spread evenly over the hash table', () => {
    // Names that differ in few characters of a small alphabet: a weak hash makes them collide.
    const names = Array.from({ length: 1 << 14 }, (_, n) => n.toString(2).padStart(1000, 'a'))
    const hash = new SeededHash()
    const slots = new Map<number, number>()
    for (const name of names) {
      const slot = hash.of(1, name) & (names.length - 1)
      slots.set(slot, (slots.get(slot) ?? 0) + 1)
    }
    // A random function takes about 63 % of the slots, and at most seven or eight names a slot.
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

  test('a name is decoded to exactly the same name, whatever its characters', () => {
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

  test('a UUID takes 16 bytes, and base64url the bytes that it encodes', () => {
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
    ['base64url, and the same with an unused bit set', 'AAAAAAAAAAAAAAAAAAAAAB'],
    ['a name, and the same with a null character', 'session-1\0'],
    ['half a surrogate pair, and its replacement character', '\ud83d'],
  ]
  const twins = [
    '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'AAAAAAAAAAAAAAAAAAAAAA',
    'session-1',
    '\ufffd',
  ]
  test.each(lookalikes)('similar names are different entries: %s', (_, name) => {
    const table = new RevocationTable()
    for (const twin of twins.filter((each) => each !== name)) table.add(session(twin))
    expect(table.refuses(issuer, { sid: name }, clock)).toBe(false)
    table.add(session(name))
    expect(table.refuses(issuer, { sid: name }, clock)).toBe(true)
    expect(table.size).toBe(twins.filter((each) => each !== name).length + 1)
  })

  test('names with the same hash are different entries', () => {
    // With equal factors, names of the same characters in another order have the same hash.
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

  test('a name of more than 1024 characters is not refused and cannot be added', () => {
    const table = new RevocationTable()
    table.add(session('a'.repeat(1024)))
    expect(table.refuses(issuer, { sid: 'a'.repeat(1024) }, clock)).toBe(true)
    expect(table.refuses(issuer, { sid: 'a'.repeat(1025) }, clock)).toBe(false)
    expect(() => {
      table.add(session('a'.repeat(1025)))
    }).toThrow(RangeError)
  })
})

describe('unconfirmed entries', () => {
  const unconfirmed = (table: RevocationTable) =>
    [...table.unconfirmed(now)]
      .flat()
      .map((entry) => ('value' in entry ? entry.value : entry.kind))
      .sort()

  test('an entry is unconfirmed until the store delivers it with the known times in the current resync', () => {
    const table = new RevocationTable()
    table.add(session('own'))
    table.add(session('kept'), true)
    table.add(session('longer here', now + 950))
    table.add(session('expired', now))
    expect(unconfirmed(table)).toEqual(['longer here', 'own'])
    table.beginResync()
    table.add(session('kept'), true)
    table.add(session('longer here'), true)
    expect(unconfirmed(table)).toEqual(['longer here', 'own'])
    table.beginResync()
    expect(unconfirmed(table)).toEqual(['kept', 'longer here', 'own'])
  })

  test('unconfirmed entries of every kind are returned with all of their times', () => {
    const table = new RevocationTable()
    const entries: RevocationEntry[] = [
      { kind: 'jti', issuer, value: randomUUID(), expiresAt: now + 1 },
      { kind: 'sid', issuer: 'https://other.example', value: 'é🔑', expiresAt: now + 2 },
      { kind: 'client', issuer, value: 'web', expiresAt: now + 3 },
      { kind: 'sub', issuer, value: 'user-1', before: now, expiresAt: now + 4 },
      { kind: 'all', issuer, before: now - 5, expiresAt: now + 5 },
      { kind: 'client', issuer, value: 'app', before: now - 6, expiresAt: now + 6 },
      { kind: 'sub', issuer, value: '\u0001suser-1', before: now + 90, expiresAt: now + 7 },
      { kind: 'sid', issuer, value: 'user-1', expiresAt: now + 8 },
    ]
    for (const each of entries) table.add(each)
    const inOrder = (all: Iterable<RevocationEntry>) =>
      [...all].sort((one, other) => one.expiresAt - other.expiresAt)
    expect(inOrder([...table.unconfirmed(now)].flat())).toEqual(entries)
  })
})

describe('tokens with an actor', () => {
  const before = now - 10
  const entryOf = (value: string) =>
    ({ kind: 'sub', issuer: 'a', value, before, expiresAt: now + 100 }) as const

  test.each([
    ['its subject', 'user', true],
    ['who acts for it', 'admin', true],
    ['who had that one act', 'root', true],
    ['somebody else', 'other', false],
  ])('a token with actors is refused by a cut-off of %s: %s, %s', (_, value, refused) => {
    const table = new RevocationTable({ issuer: 'a' })
    table.add(entryOf(value))
    const claims = { sub: 'user', iat: before, act: { sub: 'admin', act: { sub: 'root' } } }
    expect(table.refuses('a', claims, clock)).toBe(refused)
    expect(table.refuses('a', { ...claims, iat: before + 1 }, clock)).toBe(false)
  })

  test('a store is asked for the cut-offs of the actors too', () => {
    const claims = { sub: 'user', act: { sub: 'admin', act: { sub: 'root' } } }
    const subjects = namesOf('a', claims).filter(({ kind }) => kind === 'sub')
    const named = ['user', 'admin', 'root'].map((value) => ({ issuer: 'a', kind: 'sub', value }))
    expect(subjects).toEqual(named)
  })

  test('what a token says of its subject’s cut-off is nothing to the cut-off of an actor', () => {
    const table = new RevocationTable({ issuer: 'a' })
    table.add({ ...entryOf('admin'), before: now + 300 })
    const after = { jotgate_after: { sub: now + 300 } }
    const claims = { sub: 'user', iat: now, act: { sub: 'admin' }, ...after }
    expect(table.refuses('a', claims, clock)).toBe(true)
  })

  test.each([
    [null],
    ['admin'],
    [{ sub: 7 }],
    [{ act: { act: { act: {} } } }],
    [{ sub: { sub: 'admin' } }],
  ])('an actor of another form refuses nothing and throws nothing: %j', (act) => {
    const table = new RevocationTable({ issuer: 'a' })
    table.add(entryOf('admin'))
    expect(table.refuses('a', { sub: 'user', iat: before, act }, clock)).toBe(false)
  })
})
