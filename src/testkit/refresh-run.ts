import type { HistoryEvent, RefreshAttempt, RefreshHistory } from './refresh-history.js'

/** One session's part of a history: requests, answers, and which token was made from which. */
export interface Run {
  readonly session: string
  readonly grace: number
  readonly recoverWithin: number
  readonly skew: number
  readonly staleness: number
  readonly attempts: readonly RefreshAttempt[]
  readonly answers: readonly Answer[]
  readonly makings: readonly Making[]
  readonly events: readonly HistoryEvent[]
}

/** An attempt that the service answered with a token, even if the answer was lost. */
export interface Answer extends RefreshAttempt {
  readonly successor: string
}

/** The creation of a token: no earlier than `from` and no later than `by`. */
export interface Making {
  readonly token: string
  readonly parent: string
  readonly from: number
  readonly by: number
}

/** A violation of an invariant within one session. */
export interface Finding {
  /** Time of the violation, on the history's clock. */
  readonly at: number
  readonly message: string
}

/** Refusals that honest use cannot cause, unless the session was ended. */
export const losses = ['REFRESH_REUSED', 'REFRESH_ENDED', 'REFRESH_UNKNOWN', 'REFRESH_ROLLED_BACK']

/** Extracts one session from a history. */
export function readRun(history: RefreshHistory, session: string): Run {
  const events = history.events.filter((event) => event.session === session)
  const attempts = events.filter((event) => event.kind === 'refresh')
  const answers = attempts.filter(isAnswer)
  const { grace, recoverWithin, skew = 1, staleness = 5 } = history
  const makings = makingsOf(answers, attempts)
  return { session, grace, recoverWithin, skew, staleness, attempts, answers, makings, events }
}

function isAnswer(attempt: RefreshAttempt): attempt is Answer {
  return attempt.outcome !== 'refused' && attempt.successor !== undefined
}

/**
 * One for each pair of a presented token and a different successor. An attempt with an unknown effect may have made the
 * successor before the first answer that contains it.
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
