import type { RefreshHistory } from './refresh-history.js'
import { losses, readRun, type Answer, type Finding, type Making, type Run } from './refresh-run.js'
import { survivors } from './theft-invariant.js'

/**
 * X1: a presented token has one successor, plus one for each recovery. X2: a session has one live token. X3: no honest
 * session is lost. X4: no alarm without theft. X5: theft ends the session and its access tokens.
 */
export type Invariant = keyof typeof checks

/** A violation of an invariant. It contains no token. */
export interface Breach {
  readonly invariant: Invariant
  readonly session: string
  /** Time of the violation, on the history's clock. */
  readonly at: number
  readonly message: string
}

/**
 * Checks a recorded run of refreshes after it has ended, without any service. A violation is only what is impossible in
 * every order that the recorded times allow, so concurrent requests are no violation.
 *
 * @example expect(checkRefreshHistory({ grace: 10, recoverWithin: 3600, events })).toEqual([])
 */
export function checkRefreshHistory(history: RefreshHistory): readonly Breach[] {
  const names = new Set(history.events.map(({ session }) => session))
  return [...names].flatMap((session) => {
    const run = readRun(history, session)
    // Object.entries forgets the names' type.
    return Object.entries(checks).flatMap(([invariant, check]) =>
      check(run).map((finding) => ({ invariant: invariant as Invariant, session, ...finding })),
    )
  })
}

const checks = {
  X1: successors,
  X2: leaves,
  X3: lostSessions,
  X4: falseAlarms,
  X5: survivors,
} as const satisfies Record<string, (run: Run) => readonly Finding[]>

/** X1 */
function successors(run: Run): Finding[] {
  return run.makings.flatMap((later, index) => {
    const earlier = run.makings.slice(0, index).findLast(({ parent }) => parent === later.parent)
    if (earlier === undefined) return []
    if (later.by - earlier.from <= run.grace - run.skew)
      return [{ at: later.by, message: 'two successors of one token within the grace' }]
    if (later.from - earlier.by > run.recoverWithin + run.skew)
      return [{ at: later.by, message: 'a second successor after the recovery time' }]
    return []
  })
}

/** X2: once a token has a successor of a successor, it is no longer accepted. */
function leaves(run: Run): Finding[] {
  const logout = run.events.find(({ kind }) => kind === 'logout')
  const ended = logout !== undefined && logout.kind === 'logout' ? logout.at : Infinity
  return run.answers.flatMap((answer) => {
    if (answer.invoked > ended)
      return [{ at: answer.returned, message: 'a token was answered after the logout' }]
    if (run.makings.some((made) => isDeadBy(run, made, answer)))
      return [{ at: answer.returned, message: 'a token lives beside its successors' }]
    return []
  })
}

function isDeadBy(run: Run, made: Making, { presented, successor, invoked }: Answer): boolean {
  if (made.by >= invoked || made.token === presented) return false
  if (made.parent === presented) return successor === presented
  const birth = run.makings.find(({ token }) => token === presented)
  // A token without a recorded birth is the login's, or older than the log.
  return birth === undefined || birth.by < made.from
}

/** X3: a party that presents its last received token in time is accepted. */
function lostSessions(run: Run): Finding[] {
  if (run.events.some(({ kind }) => kind === 'stolen' || kind === 'logout')) return []
  return run.attempts.flatMap((attempt, index) => {
    if (attempt.outcome !== 'refused' || !losses.includes(attempt.code ?? '')) return []
    const { party, presented, invoked, returned } = attempt
    const before = run.attempts.slice(0, index).filter((other) => other.party === party)
    const last = before.findLast(({ outcome }) => outcome === 'answered')
    if (last !== undefined && last.successor !== presented) return []
    const first = Math.min(
      ...before.filter((other) => other.presented === presented).map((other) => other.invoked),
      invoked,
    )
    if (invoked - first > Math.max(run.recoverWithin, run.grace) - run.skew) return []
    return [{ at: returned, message: 'the last token given was refused' }]
  })
}

/** X4 */
function falseAlarms(run: Run): Finding[] {
  const theft = run.events.find(({ kind }) => kind === 'stolen')
  const stolenAt = theft?.kind === 'stolen' ? theft.at : Infinity
  return run.events.flatMap((event) =>
    event.kind === 'alarm' && event.at < stolenAt
      ? [{ at: event.at, message: 'an alarm without a theft' }]
      : [],
  )
}
