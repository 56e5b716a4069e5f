import { describe, expect, test } from 'vitest'
import { checkHistory } from './check-history.js'
import type { Fault, History, Note, RevokeAttempt, Use } from './history.js'

const patience = { reconnectMs: 2000, enforceMs: 1000 }
const token = { iat: 1000, jti: 'jti-1', sid: 'sid-1', sub: 'user-1', client: 'client-1' }

/** A history of two processes and one token, with a store that was down from 10,000 to 20,000 ms, and changes to it. */
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
  return checkHistory(history(seen), patience).map(({ rule, node }) => `${rule} ${node}`)
}

describe('a correct history', () => {
  test('a correct history has no breach', () => {
    const uses = [
      ...[use(600, 200), use(9000, 200), use(14_000, 200), use(15_100, 503), use(20_500, 503)],
      ...[use(22_500, 200), use(24_000, 401), use(90_000, 401, { last: true })],
    ]
    expect(breaches({ uses, revokes: [revoke(23_000)] })).toEqual([])
  })

  test('a token may be accepted until maxStaleness after the last heartbeat, and while it is being revoked', () => {
    const uses = [use(5000, 200), use(9990, 200), use(9997, 401, { node: 'n2' })]
    expect(breaches({ uses, revokes: [revoke(5000), revoke(10_000)] })).toEqual([])
  })

  test('an attempt that was answered 503 may be enforced or not', () => {
    const uses = [use(8000, 200), use(9000, 401)]
    expect(breaches({ uses, revokes: [revoke(7000, { status: 503 })] })).toEqual([])
  })

  test('a process may answer 503 after a stall of the machine', () => {
    const uses = [use(9000, 503)]
    const stalled = note({ node: 'n2', what: 'stalled', at: 8000, ms: 600 })
    expect(breaches({ uses, notes: [...history().notes, stalled] })).toEqual([])
  })

  test('a process may answer 503 while its store has not answered it, and no other process may', () => {
    const unanswered = note({ node: 'n1', what: 'unanswered', at: 8000, ms: 600 })
    const notes = [...history().notes, unanswered]
    expect(breaches({ uses: [use(9000, 503)], notes })).toEqual([])
    expect(breaches({ uses: [use(9000, 503, { node: 'n2' })], notes })).toEqual([
      'noFalseRefusal n2',
    ])
  })

  test('all tokens issued before a new epoch may be refused', () => {
    const notes = [...history().notes, note({ what: 'storeReset', at: 10_400, wall: 1000 })]
    const faults = [fault({ everythingLost: true })]
    expect(breaches({ uses: [use(11_000, 401)], notes, faults })).toEqual([])
    const tokens = [{ ...token, iat: 1001 }]
    expect(breaches({ uses: [use(11_000, 401)], notes, faults, tokens })).toEqual([
      'noFalseRefusal n1',
    ])
  })
})

describe('breaches', () => {
  const planted: Record<string, [seen: Partial<History>, breach: string]> = {
    'enforcedInTime: accepted too long after the acknowledgement': [
      { uses: [use(6001, 200)], revokes: [revoke(1000)] },
      'enforcedInTime n1',
    ],
    'enforcedInTime: by a revocation of its session': [
      {
        uses: [use(6001, 200)],
        revokes: [revoke(1000, { target: { kind: 'sid', value: 'sid-1' } })],
      },
      'enforcedInTime n1',
    ],
    'enforcedInTime: by a cut-off in the second in which it was issued': [
      {
        uses: [use(6001, 200)],
        revokes: [revoke(1000, { target: { kind: 'sub', value: 'user-1', before: 1000 } })],
      },
      'enforcedInTime n1',
    ],
    'reconnects: the feed never came back': [
      { notes: history().notes.filter(({ node, what }) => node !== 'n1' || what !== 'recovered') },
      'reconnects n1',
    ],
    'reconnects: accepted long after the feed was back': [
      { uses: [use(22_001, 200)], revokes: [revoke(20_500)] },
      'reconnects n1',
    ],
    'durable: accepted after everything was repaired': [
      { uses: [use(22_500, 200, { last: true })], revokes: [revoke(22_000)] },
      'durable n1',
    ],
    'durable: an attempt answered neither 204 nor 503': [
      { revokes: [revoke(3000, { status: 500 })] },
      'durable n2',
    ],
    'staysRevoked: accepted after it was refused, though its revocation was not acknowledged': [
      { uses: [use(8000, 401), use(9000, 200)], revokes: [revoke(7000, { status: 503 })] },
      'staysRevoked n1',
    ],
    'failsClosed: accepted by a process that was disconnected for too long': [
      { uses: [use(15_002, 200)] },
      'failsClosed n1',
    ],
    'failsClosed: accepted before the store was read': [
      { uses: [use(100, 200)] },
      'failsClosed n1',
    ],
    'failsClosed: a process has exited': [
      { notes: [...history().notes, note({ what: 'exited', at: 9000 })] },
      'failsClosed n1',
    ],
    'noFalseRefusal: a valid token was answered 401': [
      { uses: [use(16_000, 401)] },
      'noFalseRefusal n1',
    ],
    'noFalseRefusal: another token was revoked': [
      {
        uses: [use(16_000, 401)],
        revokes: [revoke(700, { target: { kind: 'jti', value: 'jti-2' } })],
      },
      'noFalseRefusal n1',
    ],
    'noFalseRefusal: 503 without a fault': [{ uses: [use(9000, 503)] }, 'noFalseRefusal n1'],
    'noFalseRefusal: 503 too soon': [{ uses: [use(13_900, 503)] }, 'noFalseRefusal n1'],
    'noFalseRefusal: 503 after the process followed again': [
      { uses: [use(22_500, 503)] },
      'noFalseRefusal n1',
    ],
    'noFalseRefusal: 503 by a process that the fault does not affect': [
      { uses: [use(16_000, 503)], faults: [fault({ nodes: ['n2'] })] },
      'noFalseRefusal n1',
    ],
    'noFalseRefusal: no Retry-After': [
      { uses: [use(16_000, 503, { retryAfter: false })] },
      'noFalseRefusal n1',
    ],
    'noFalseRefusal: no answer': [{ uses: [use(16_000, 0)] }, 'noFalseRefusal n1'],
  }

  test.each(Object.entries(planted))('checkHistory finds %s', (_, [seen, breach]) => {
    expect(breaches(seen)).toEqual([breach])
  })
})
