import { askStore } from '../foundation/ask-store.js'
import { passedAtStore } from '../foundation/settled-time.js'
import { toEvent } from './events.js'
import type { StoredSession } from './ports.js'
import {
  attemptEach,
  haveExpired,
  revokeAccess,
  tryToRevoke,
  type Attempted,
  type Refusing,
} from './revoke-access.js'
import type { SessionsPolicy } from './session-policy.js'

/**
 * Ends one session and refuses its access tokens: two writes, each of which is attempted whatever becomes of the other. A
 * session that has ended stays marked until its tokens are refused, and `finishEnding` sees to that; a session whose
 * tokens are refused and that could not be ended is ended by its next refresh within the entry's life, if `isRevoked` is
 * given.
 *
 * @throws AuthError STORE_UNAVAILABLE when one of both failed
 */
export async function endBoth(
  policy: SessionsPolicy,
  session: StoredSession,
  refusing: Refusing = {},
): Promise<StoredSession> {
  const [refused, ended] = await Promise.allSettled([
    revokeAccess(policy, session, refusing),
    askStore(policy.storeDeadlineMs, () => policy.store.end(session.id, policy.now())),
  ])
  const after = ended.status === 'fulfilled' ? (ended.value ?? session) : session
  // A cut-off knows neither the session nor the token of a refresh in between.
  const isExact = refusing.mayFold !== true
  if (!isExact && (ended.status === 'rejected' || after.generation !== session.generation))
    await revokeAccess(policy, after, { ...refusing, mayFold: false })
  throwFirst([refused, ended])
  await settle(policy, [after])
  return after
}

/** Throws what the first one was rejected with, if one was. */
export function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * Notes that the tokens of ended sessions are refused, and that `onEnded` knows. If that fails, both are done once more by
 * `finishEnding`.
 */
export async function settle(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
): Promise<void> {
  const due = sessions.filter(({ revocationDue }) => revocationDue === true)
  if (due.length === 0) return
  await tellAndSettle(policy, due).catch(() => undefined)
}

/**
 * Sessions that `onEnded` has rejected stay marked.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
async function tellAndSettle(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
): Promise<Attempted> {
  const told = await attemptEach(sessions, (session) => tellEnded(policy, session))
  const ids = told.done.map(({ id }) => id)
  if (ids.length > 0)
    await askStore(policy.storeDeadlineMs * longer, () => policy.store.settle(ids))
  return told
}

async function tellEnded(policy: SessionsPolicy, session: StoredSession): Promise<void> {
  const { onEnded } = policy.hooks
  if (onEnded === undefined) return
  const event = Object.freeze(toEvent(session, policy.now()))
  await askStore(policy.storeDeadlineMs, async () => {
    await onEnded(event)
  })
}

/** A store may take one session after the other, each with its own deadline. */
export const longer = 20

/** Sessions that are finished at a time. */
const batch = 100

/** More that cannot be finished are left to the next call. */
const mostStuck = 10_000

/**
 * Finishes sessions that ended without having their access tokens refused, or without `onEnded` knowing; the function returns
 * how many. One that fails keeps no other back: the tokens of all are refused, whether or not the hook takes what it hears, and
 * once only. After a hook has failed the others are left to the next call: all go to the same place. Whether no token can be
 * left is not for a wrong clock to say: only a time that has certainly passed counts.
 */
export function createFinisher(
  policy: SessionsPolicy,
  settledTime: () => number,
): () => Promise<number> {
  let refusedBefore: ReadonlySet<string> = new Set()
  return async () => {
    const round: Round = { stuck: new Set(), refused: new Set(), faults: [], hookFails: false }
    for (let finished = 0; ;) {
      const due = await dueBeside(policy, round.stuck)
      if (due.length === 0 || round.stuck.size > mostStuck) {
        refusedBefore = round.refused
        // Unlike elsewhere a failure counts here: the same ones would come again for ever.
        if (round.faults.length > 0) throw round.faults[0]
        return finished
      }
      const passed = await passedAtStore(policy.store, settledTime())
      const isRefused = (session: StoredSession) =>
        refusedBefore.has(session.id) || haveExpired(policy, session, passed)
      finished += await finishSome(policy, round, { due, isRefused })
    }
  }
}

/** What has become of one call so far. */
interface Round {
  /** Sessions that could not be finished. */
  readonly stuck: Set<string>
  /** Those of them whose tokens are refused. */
  readonly refused: Set<string>
  readonly faults: unknown[]
  hookFails: boolean
}

interface Some {
  readonly due: readonly StoredSession[]
  readonly isRefused: (session: StoredSession) => boolean
}

async function finishSome(
  policy: SessionsPolicy,
  round: Round,
  { due, isRefused }: Some,
): Promise<number> {
  const revoked = await tryToRevoke(
    policy,
    due.filter((session) => !isRefused(session)),
  )
  const ready = [...revoked.done, ...due.filter(isRefused)]
  const told = round.hookFails ? { done: [], failed: [] } : await tellAndSettle(policy, ready)
  if (told.failed.length > 0) round.hookFails = true
  const done = new Set(told.done)
  for (const session of due) if (!done.has(session)) round.stuck.add(session.id)
  for (const session of ready) if (!done.has(session)) round.refused.add(session.id)
  round.faults.push(...revoked.failed, ...told.failed)
  return done.size
}

/** The next ones that are due, beside those that could not be finished just now: each time twice as many are read. */
async function dueBeside(
  { store, storeDeadlineMs }: SessionsPolicy,
  stuck: ReadonlySet<string>,
): Promise<readonly StoredSession[]> {
  const request = { limit: Math.max(batch, 2 * stuck.size) }
  const due = await askStore(storeDeadlineMs * longer, () => store.due(request))
  return due.filter(({ id }) => !stuck.has(id))
}
