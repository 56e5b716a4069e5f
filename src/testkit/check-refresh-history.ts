import type { HistoryEvent, RefreshAttempt, RefreshHistory } from './refresh-history.js'

/**
 * X1: a presented token has one successor, and one more for each recovery. X2: one live token a family. X3: no honest
 * session is lost. X4: no alarm without theft. X5: theft ends the family, its access tokens too.
 */
export type Invariant = keyof typeof checks

/** A breach of an invariant. It names no token. */
export interface Breach {
  readonly invariant: Invariant
  readonly family: string
  /** When, on the history's clock. */
  readonly at: number
  readonly message: string
}

/**
 * Checks a recorded run of refreshes, after the run and without any service. Only what can not have happened in any
 * order that the times allow is a breach, so that requests in flight at once are no breach. One exception: where an owner
 * and a thief recover by turns (`recoverWithin` above 0), X5 may be told of before the next use ends the session.
 *
 * @example expect(checkRefreshHistory({ grace: 10, recoverWithin: 3600, events })).toEqual([])
 */
export function checkRefreshHistory(history: RefreshHistory): readonly Breach[] {
  const names = new Set(history.events.map(({ family }) => family))
  return [...names].flatMap((family) => {
    const run = readRun(history, family)
    // Object.entries forgets the names' type.
    return Object.entries(checks).flatMap(([invariant, check]) =>
      check(run).map((finding) => ({ invariant: invariant as Invariant, family, ...finding })),
    )
  })
}

/** A breach, as the check of one invariant in one family sees it. */
type Finding = Pick<Breach, 'at' | 'message'>

const checks = {
  X1: successors,
  X2: leaves,
  X3: lostSessions,
  X4: falseAlarms,
  X5: survivors,
} as const satisfies Record<string, (run: Run) => readonly Finding[]>

interface Answer extends RefreshAttempt {
  readonly successor: string
}

/** A token's making: it was made no earlier than `from` and no later than `by`. */
interface Making {
  readonly token: string
  readonly parent: string
  readonly from: number
  readonly by: number
}

interface Run {
  readonly family: string
  readonly grace: number
  readonly recoverWithin: number
  readonly skew: number
  readonly staleness: number
  readonly attempts: readonly RefreshAttempt[]
  readonly answers: readonly Answer[]
  readonly makings: readonly Making[]
  readonly events: readonly HistoryEvent[]
}

function readRun(history: RefreshHistory, family: string): Run {
  const events = history.events.filter((event) => event.family === family)
  const attempts = events.filter((event) => event.kind === 'refresh')
  const answers = attempts.filter(isAnswer)
  const { grace, recoverWithin, skew = 1, staleness = 5 } = history
  const makings = makingsOf(answers, attempts)
  return { family, grace, recoverWithin, skew, staleness, attempts, answers, makings, events }
}

function isAnswer(attempt: RefreshAttempt): attempt is Answer {
  return attempt.outcome !== 'refused' && attempt.successor !== undefined
}

/**
 * One for each pair of a presented token and a successor other than itself. An attempt of which nobody knows what it did
 * may have made it before the first answer that names it.
 */
function makingsOf(
  answers: readonly Answer[],
  attempts: readonly RefreshAttempt[],
): readonly Making[] {
  const made = new Map<string, Making>()
  for (const { presented: parent, successor: token } of answers) {
    const name = JSON.stringify([parent, token])
    if (parent === token || made.has(name)) continue
    const possible = attempts.filter(
      ({ presented, successor }) =>
        presented === parent && (successor === undefined || successor === token),
    )
    const naming = answers.filter(
      (answer) => answer.presented === parent && answer.successor === token,
    )
    const from = Math.min(...possible.map(({ invoked }) => invoked))
    const by = Math.min(...naming.map(({ returned }) => returned))
    made.set(name, { token, parent, from, by })
  }
  return [...made.values()].sort((a, b) => a.by - b.by)
}

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

/** X2: after something else was made of something else, an older token is nobody's. */
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
  // A token without a birth in the log is the login's, or older than the log.
  return birth === undefined || birth.by < made.from
}

/** Refusals that honest use can not come to, unless the session was ended. */
const losses = ['REFRESH_REUSED', 'REFRESH_ENDED', 'REFRESH_UNKNOWN', 'REFRESH_ROLLED_BACK']

/** X3: whoever presents the last token that they were given, in time, goes on. */
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

/** X5: a late use by another party is refused for good, or the use after it is. */
function survivors(run: Run): Finding[] {
  return [...afterReuse(run), ...unnoticed(run)]
}

function afterReuse(run: Run): Finding[] {
  const reuse = run.attempts.find(({ code }) => code === 'REFRESH_REUSED')
  if (reuse === undefined) return []
  const found: Finding[] = []
  if (!run.events.some(({ kind }) => kind === 'alarm'))
    found.push({ at: reuse.returned, message: 'a theft without an alarm' })
  const alive = run.answers.find(({ invoked }) => invoked > reuse.returned)
  if (alive) found.push({ at: alive.returned, message: 'a refresh after the theft was found' })
  const use = run.events.find(
    (event) =>
      event.kind === 'access' && event.accepted && event.at > reuse.returned + run.staleness,
  )
  if (use?.kind === 'access')
    found.push({ at: use.at, message: 'an access token accepted after the theft was found' })
  return found
}

/** Two parties have each had a successor of one token, with the grace between, and both have gone on. */
function unnoticed(run: Run): Finding[] {
  const late = run.answers.filter((answer) =>
    run.answers.some(
      ({ party, presented, successor, returned }) =>
        party !== answer.party &&
        presented === answer.presented &&
        successor !== presented &&
        answer.invoked - returned > run.grace + run.skew,
    ),
  )
  return late.flatMap((answer) => {
    const next = run.answers.find(
      ({ party, invoked, presented, successor }) =>
        party !== answer.party &&
        presented !== answer.successor &&
        // Within the grace of a recovery whoever asks is given what the other was given: that is in step, and not seen.
        successor !== answer.successor &&
        // One more recovery of the same token parts them anew: whoever comes next with what he has is found out.
        presented !== answer.presented &&
        invoked > answer.returned,
    )
    return next ? [{ at: next.returned, message: 'two parties live on one lineage' }] : []
  })
}
