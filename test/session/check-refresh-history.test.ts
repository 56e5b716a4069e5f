import { describe, expect, test } from 'vitest'
import {
  checkRefreshHistory,
  type HistoryEvent,
  type RefreshAttempt,
} from '../../src/testkit/index.js'

const session = 'f'

/** Whoever presents a token at a time, and what comes of it: another token, or a code. */
// eslint-disable-next-line max-params -- a table of moves is read by its columns
function ask(
  party: string,
  presented: string,
  at: number,
  result: string,
  changes: Partial<RefreshAttempt> = {},
): RefreshAttempt {
  const outcome = result.startsWith('REFRESH_')
    ? ({ outcome: 'refused', code: result } as const)
    : ({ outcome: 'answered', successor: result } as const)
  const attempt = { kind: 'refresh', session, party, presented, invoked: at, returned: at } as const
  return { ...attempt, ...outcome, ...changes }
}

const moment = (kind: 'login' | 'stolen' | 'alarm' | 'logout', at: number): HistoryEvent => ({
  kind,
  session,
  at,
})
const access = (at: number, accepted: boolean): HistoryEvent => ({
  kind: 'access',
  session,
  at,
  accepted,
})

function broken(events: readonly HistoryEvent[], recoverWithin = 3600): string[] {
  const found = checkRefreshHistory({ grace: 10, recoverWithin, events })
  return [...new Set(found.map(({ invariant }) => invariant))].sort()
}

const reused = 'REFRESH_REUSED'
const lost = { outcome: 'lost' } as const
const theft = [
  moment('stolen', 1),
  ask('owner', '0', 450, '1'),
  ask('thief', '0', 900, '2'),
  ask('owner', '1', 1350, reused),
  moment('alarm', 1350),
]

/** The owner lost two answers, and asks with what the thief has had the time to use. */
const byTurns = [
  moment('stolen', 1),
  ask('owner', '0', 450, '1', lost),
  ask('thief', '0', 900, '2'),
  ask('owner', '0', 1350, '3', lost),
  ask('owner', '0', 1800, '4'),
  ask('owner', '4', 2250, '5'),
]
const found = [
  ask('thief', '2', 2700, reused),
  moment('alarm', 2700),
  ask('owner', '5', 2800, 'REFRESH_ENDED'),
  access(2800, false),
]

describe('an honest history, or one in which theft is found, is accepted', () => {
  test.each<[string, HistoryEvent[]]>([
    ['refreshes in turn', [ask('a', '0', 450, '1'), ask('a', '1', 900, '2')]],
    ['a reply lost and asked for again', [ask('a', '0', 450, '1', lost), ask('a', '0', 453, '1')]],
    ['a reply lost, offline, recovered', [ask('a', '0', 450, '1', lost), ask('a', '0', 950, '2')]],
    [
      'a rotation nobody knew of, replayed at the end of its grace, then recovered',
      [
        ask('a', '0', 450, 'REFRESH_', { code: 'STORE_UNAVAILABLE' }),
        ask('a', '0', 459, '1', lost),
        ask('a', '0', 462, '2'),
      ],
    ],
    ['a fresh token kept', [ask('a', '0', 450, '1'), ask('a', '1', 455, '1')]],
    [
      'a kept token answered late to a request in flight when it was replaced',
      [
        ask('a', '0', 450, '1'),
        ask('b', '1', 459, '1', { returned: 463 }),
        ask('a', '1', 461, '2'),
      ],
    ],
    ['theft that was found', theft],
    [
      'both sides recover by turns, and the one that comes back is found out',
      [...byTurns, ...found],
    ],
    [
      'a thief recovers and the owner stays away',
      [
        moment('stolen', 1),
        ask('owner', '0', 450, '1'),
        ask('thief', '0', 900, '2'),
        ask('thief', '2', 1350, '3'),
        ask('thief', '3', 1800, '4'),
      ],
    ],
    [
      'one side in step with what the other recovered',
      [
        moment('stolen', 1),
        ask('owner', '0', 450, '1', lost),
        ask('thief', '0', 900, '2'),
        ask('owner', '0', 909, '2'),
        ask('owner', '2', 910, '2'),
        ask('owner', '2', 1350, '3'),
        ask('thief', '2', 1355, '3'),
      ],
    ],
    [
      'a recovery in flight with a refresh of what it replaces',
      [
        moment('stolen', 1),
        ask('owner', '0', 450, '1'),
        ask('thief', '0', 900, '2', { returned: 905 }),
        ask('owner', '1', 902, reused),
        moment('alarm', 903),
      ],
    ],
    ['a logout, then a refusal', [moment('logout', 5), ask('a', '0', 9, 'REFRESH_ENDED')]],
    ['back after the recovery time', [ask('a', '0', 1, '1', lost), ask('a', '0', 4000, reused)]],
  ])('%s', (name, events) => {
    const late = name.startsWith('back') ? [moment('stolen', 0), moment('alarm', 4000)] : []
    expect(broken([...late, ...events])).toEqual([])
  })
})

describe('a planted history is found out', () => {
  test.each<[string, string, HistoryEvent[]]>([
    ['X1', 'two successors in a race', [ask('a', '0', 450, '1'), ask('b', '0', 450, '2')]],
    ['X1', 'recovered too late', [ask('a', '0', 1, '1', lost), ask('a', '0', 4000, '2')]],
    [
      'X2',
      'the unclaimed successor lives after a recovery',
      [ask('a', '0', 1, '1', lost), ask('a', '0', 99, '2'), ask('a', '1', 200, '3')],
    ],
    [
      'X2',
      'a grandparent is answered',
      [ask('a', '0', 1, '1'), ask('a', '1', 50, '2'), ask('a', '0', 51, '1')],
    ],
    ['X2', 'a replaced token is kept', [ask('a', '0', 1, '1'), ask('a', '0', 99, '0')]],
    ['X2', 'a refresh after logout', [moment('logout', 5), ask('a', '0', 6, '1')]],
    [
      'X3',
      'the last token is refused',
      [ask('a', '0', 1, '1'), ask('a', '1', 99, 'REFRESH_ENDED')],
    ],
    [
      'X3',
      'a retry is refused',
      [ask('a', '0', 1, '1', lost), ask('a', '0', 4, 'REFRESH_UNKNOWN')],
    ],
    ['X4', 'an alarm without theft', [ask('a', '0', 1, '1'), moment('alarm', 2)]],
    ['X4', 'an alarm before the theft', [moment('alarm', 2), moment('stolen', 3)]],
    ['X5', 'no alarm', theft.slice(0, -1)],
    ['X5', 'the thief goes on', [...theft, ask('thief', '2', 1400, '3')]],
    ['X5', 'an access token is accepted', [...theft, access(1400, true)]],
    ['X5', 'owner and thief both go on', [...theft.slice(0, 3), ask('owner', '1', 1350, '3')]],
    ['X5', 'both recover, and the thief goes on', [...byTurns, ask('thief', '2', 2700, '6')]],
    [
      'X5',
      'the thief goes on first, and the owner after him',
      [...theft.slice(0, 3), ask('thief', '2', 1300, '3'), ask('owner', '1', 1350, '4')],
    ],
    [
      'X5',
      'the owner has gone on while the thief recovered, in either order of the two',
      [
        ...theft.slice(0, 2),
        ask('owner', '1', 890, '5', { returned: 910 }),
        ask('thief', '0', 900, '2'),
        ask('owner', '5', 1350, '6'),
      ],
    ],
    [
      'X5',
      'the grace never ends',
      [...theft.slice(0, 2), ask('thief', '0', 900, '1'), ask('owner', '1', 1350, '2')],
    ],
    [
      'X5',
      'a token is kept for both for ever',
      [...theft.slice(0, 2), ask('owner', '1', 455, '1'), ask('thief', '1', 900, '1')],
    ],
    [
      'X5',
      'the thief is refused and the owner is not told',
      [
        ...theft.slice(0, 2),
        ask('owner', '1', 900, '2'),
        ask('thief', '0', 1350, 'REFRESH_ENDED'),
        ask('owner', '2', 1800, '3'),
      ],
    ],
    [
      'X5',
      'an alarm that ends nothing',
      [...theft.slice(0, 3), moment('alarm', 1350), ask('thief', '2', 1400, '3')],
    ],
    ['X5', 'an alarm that leaves access', [...byTurns, moment('alarm', 2700), access(2800, true)]],
  ])('%s: %s', (invariant, _, events) => {
    expect(broken(events)).toContain(invariant)
  })

  test('no other fault is found where one thing is wrong', () => {
    expect(broken([...theft, access(1354, true), access(1400, false)])).toEqual([])
    expect(broken([...theft, access(1400, true)])).toEqual(['X5'])
    expect(broken([ask('a', '0', 450, '1'), ask('b', '0', 450, '2')])).toEqual(['X1'])
  })
})
