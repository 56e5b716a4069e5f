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
 * session that has ended stays marked until its tokens are refused, and {@link finishEnding} sees to that; a session whose
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
 * {@link finishEnding}.
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
 * Refuses the access tokens of sessions that ended without it, and tells `onEnded` of them; how many sessions that were. One
 * that fails keeps no other back: the tokens of all are refused, whether or not the hook takes what it hears. Whether no token
 * can be left is not for a wrong clock to say: only a time that has certainly passed counts.
 */
export async function finishEnding(
  policy: SessionsPolicy,
  settledTime: () => number,
): Promise<number> {
  const [stuck, faults] = [new Set<string>(), [] as unknown[]]
  for (let finished = 0; ;) {
    const due = await dueBeside(policy, stuck)
    if (due.length === 0 || stuck.size > mostStuck) {
      // Unlike elsewhere a failure counts here: the same ones would come again for ever.
      if (faults.length > 0) throw faults[0]
      return finished
    }
    const passed = await passedAtStore(policy.store, settledTime())
    const isOver = (session: StoredSession) => haveExpired(policy, session, passed)
    const refused = await tryToRevoke(
      policy,
      due.filter((session) => !isOver(session)),
    )
    const told = await tellAndSettle(policy, [...refused.done, ...due.filter(isOver)])
    const done = new Set(told.done)
    for (const session of due) if (!done.has(session)) stuck.add(session.id)
    finished += done.size
    faults.push(...refused.failed, ...told.failed)
  }
}

/** The next ones that are due, beside those that could not be finished just now. */
async function dueBeside(
  { store, storeDeadlineMs }: SessionsPolicy,
  stuck: ReadonlySet<string>,
): Promise<readonly StoredSession[]> {
  const request = { limit: batch + stuck.size }
  const due = await askStore(storeDeadlineMs * longer, () => store.due(request))
  return due.filter(({ id }) => !stuck.has(id)).slice(0, batch)
}
