import { describe, expect, test } from 'vitest'
import { checkHistory } from './check-history.js'
import type { Fault, History, Note, RevokeAttempt, Use } from './history.js'

const patience = { reconnectMs: 2000, enforceMs: 1000 }
const token = { iat: 1000, jti: 'jti-1', sid: 'sid-1', sub: 'user-1', client: 'client-1' }

/** Three processes, one token, a store that was gone from 10,000 to 20,000; and what a test has seen besides. */
function history(seen: Partial<History> = {}): History {
  const notes = ['n1', 'n2'].flatMap((node) => [
    note({ node, what: 'started', at: 0 }),
    note({ node, what: 'ready', at: 500 }),
    note({ node, what: 'lost', at: 10_500 }),
    note({ node, what: 'recovered', at: 21_000 }),
  ])
  return {
    ...{ maxStalenessMs: 5000, beatAgeMs: 1000, tokens: [token], revokes: [], uses: [] },
    ...{ faults: [fault()], ...seen },
    notes: seen.notes ?? notes,
  }
}

function note(given: Partial<Note>): Note {
  return { node: 'n1', at: 0, wall: 1000, what: 'ready', ...given }
}

function fault(given: Partial<Fault> = {}): Fault {
  const times = { from: 10_000, cutFrom: 10_001, healing: 20_000, healed: 20_001 }
  return { nodes: ['n1', 'n2'], ...times, everythingLost: false, ...given }
}

function use(began: number, status: number, given: Partial<Use> = {}): Use {
  const ended = began + 2
  return { node: 'n1', token: 0, began, ended, status, retryAfter: true, last: false, ...given }
}

function revoke(answered: number, given: Partial<RevokeAttempt> = {}): RevokeAttempt {
  const target = { kind: 'jti', value: 'jti-1' } as const
  return { node: 'n2', target, asked: answered - 5, answered, status: 204, ...given }
}

function breaches(seen: Partial<History>): readonly string[] {
  return checkHistory(history(seen), patience).map(({ invariant, node }) => `${invariant} ${node}`)
}

describe('a history in order', () => {
  test('has no breach', () => {
    const uses = [
      ...[use(600, 200), use(9000, 200), use(14_000, 200), use(15_100, 503), use(20_500, 503)],
      ...[use(22_500, 200), use(24_000, 401), use(90_000, 401, { last: true })],
    ]
    expect(breaches({ uses, revokes: [revoke(23_000)] })).toEqual([])
  })

  test('may have a token accepted until the store was last heard of, and while it is being revoked', () => {
    const uses = [use(5000, 200), use(9990, 200), use(9997, 401, { node: 'n2' })]
    expect(breaches({ uses, revokes: [revoke(5000), revoke(10_000)] })).toEqual([])
  })

  test('may have an attempt that was answered 503 stand or not', () => {
    const uses = [use(8000, 200), use(9000, 401)]
    expect(breaches({ uses, revokes: [revoke(7000, { status: 503 })] })).toEqual([])
  })

  test('may have a process unknowing after something stood still on that machine', () => {
    const uses = [use(9000, 503)]
    const stalled = note({ node: 'n2', what: 'stalled', at: 8000, ms: 600 })
    expect(breaches({ uses, notes: [...history().notes, stalled] })).toEqual([])
  })

  test('may have everything refused that was issued before the store began anew', () => {
    const notes = [...history().notes, note({ what: 'beganAnew', at: 10_400, wall: 1000 })]
    const faults = [fault({ everythingLost: true })]
    expect(breaches({ uses: [use(11_000, 401)], notes, faults })).toEqual([])
    const tokens = [{ ...token, iat: 1001 }]
    expect(breaches({ uses: [use(11_000, 401)], notes, faults, tokens })).toEqual(['O2 n1'])
  })
})

describe('a breach is found', () => {
  const planted: Record<string, [seen: Partial<History>, breach: string]> = {
    'V1: accepted too long after the acknowledgement': [
      { uses: [use(6001, 200)], revokes: [revoke(1000)] },
      'V1 n1',
    ],
    'V1: by a revocation of its session': [
      {
        uses: [use(6001, 200)],
        revokes: [revoke(1000, { target: { kind: 'sid', value: 'sid-1' } })],
      },
      'V1 n1',
    ],
    'V1: by a cut-off in the second in which it was issued': [
      {
        uses: [use(6001, 200)],
        revokes: [revoke(1000, { target: { kind: 'sub', value: 'user-1', before: 1000 } })],
      },
      'V1 n1',
    ],
    'V3: the feed never came back': [
      { notes: history().notes.filter(({ node, what }) => node !== 'n1' || what !== 'recovered') },
      'V3 n1',
    ],
    'V3: accepted long after the feed was back': [
      { uses: [use(22_001, 200)], revokes: [revoke(20_500)] },
      'V3 n1',
    ],
    'V4: accepted when all is healed': [
      { uses: [use(22_500, 200, { last: true })], revokes: [revoke(22_000)] },
      'V4 n1',
    ],
    'V4: an attempt that was answered neither yes nor no': [
      { revokes: [revoke(3000, { status: 500 })] },
      'V4 n2',
    ],
    'V5: accepted after it was refused, though nobody knows whether it was revoked': [
      { uses: [use(8000, 401), use(9000, 200)], revokes: [revoke(7000, { status: 503 })] },
      'V5 n1',
    ],
    'O1: accepted by a process that was cut off for longer': [
      { uses: [use(15_002, 200)] },
      'O1 n1',
    ],
    'O1: accepted before the store was read': [{ uses: [use(100, 200)] }, 'O1 n1'],
    'O1: a process has ended': [
      { notes: [...history().notes, note({ what: 'exited', at: 9000 })] },
      'O1 n1',
    ],
    'O2: a good token was answered 401': [{ uses: [use(16_000, 401)] }, 'O2 n1'],
    'O2: another token was revoked': [
      {
        uses: [use(16_000, 401)],
        revokes: [revoke(700, { target: { kind: 'jti', value: 'jti-2' } })],
      },
      'O2 n1',
    ],
    'O2: unknown in quiet times': [{ uses: [use(9000, 503)] }, 'O2 n1'],
    'O2: unknown too soon': [{ uses: [use(13_900, 503)] }, 'O2 n1'],
    'O2: unknown after it was back': [{ uses: [use(22_500, 503)] }, 'O2 n1'],
    'O2: a process that the fault does not reach': [
      { uses: [use(16_000, 503)], faults: [fault({ nodes: ['n2'] })] },
      'O2 n1',
    ],
    'O2: no Retry-After': [{ uses: [use(16_000, 503, { retryAfter: false })] }, 'O2 n1'],
    'O2: no answer': [{ uses: [use(16_000, 0)] }, 'O2 n1'],
  }

  test.each(Object.entries(planted))('%s', (_, [seen, breach]) => {
    expect(breaches(seen)).toEqual([breach])
  })
})
