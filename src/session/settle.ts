import { askStore } from '../foundation/ask-store.js'
import { passedAtStore } from '../foundation/settled-time.js'
import { toEvent } from './events.js'
import type { StoredSession } from './ports.js'
import {
  attemptEach,
  haveExpired,
  revokeAccess,
  tryToRevoke,
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

/** @throws AuthError STORE_UNAVAILABLE; what `onEnded` rejects with: the sessions that it rejected stay marked */
async function tellAndSettle(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
): Promise<void> {
  const { done, failed } = await attemptEach(sessions, (session) => tellEnded(policy, session))
  const ids = done.map(({ id }) => id)
  if (ids.length > 0)
    await askStore(policy.storeDeadlineMs * longer, () => policy.store.settle(ids))
  if (failed.length > 0) throw failed[0]
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

/**
 * Refuses the access tokens of sessions that ended without it; how many sessions that were. One that fails keeps no other
 * of its batch. Whether no token can be left is not for a wrong clock to say: only a time that has certainly passed counts.
 */
export async function finishEnding(
  policy: SessionsPolicy,
  settledTime: () => number,
): Promise<number> {
  for (let finished = 0; ;) {
    const due = await askStore(policy.storeDeadlineMs * longer, () =>
      policy.store.due({ limit: batch }),
    )
    if (due.length === 0) return finished
    const passed = await passedAtStore(policy.store, settledTime())
    const isOver = (session: StoredSession) => haveExpired(policy, session, passed)
    const { done, failed } = await tryToRevoke(
      policy,
      due.filter((session) => !isOver(session)),
    )
    // Unlike elsewhere a failure counts here: the same ones would come again for ever.
    await tellAndSettle(policy, [...done, ...due.filter(isOver)])
    if (failed.length > 0) throw failed[0]
    finished += due.length
    if (due.length < batch) return finished
  }
}
