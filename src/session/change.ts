import { askStore } from '../foundation/ask-store.js'
import { AuthError } from '../foundation/errors.js'
import type { StoredSession } from './ports.js'
import type { SessionsPolicy } from './session-policy.js'
import { endBoth } from './settle.js'

/** Refreshes of the same session may come in between; a session that is never at rest is left alone. */
const mostAttempts = 5

/** A change of a live session. */
export interface Change<T extends Changed> {
  readonly find: () => Promise<StoredSession>
  /** The session afterwards. Does what can fail, such as signing: it comes before the change. */
  readonly next: (session: StoredSession) => T | Promise<T>
}

/** The session as it is after a change. */
export interface Changed {
  readonly becomes: StoredSession
}

/**
 * Changes a live session in one step, whatever else happens to it meanwhile: read, decided, and written only if it is still
 * as it was read.
 *
 * @throws AuthError REFRESH_ENDED, REFRESH_EXPIRED, STORE_UNAVAILABLE
 */
export async function change<T extends Changed>(
  policy: SessionsPolicy,
  { find, next }: Change<T>,
): Promise<T> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const was = await find()
    await checkLive(policy, was)
    const changed = await next(was)
    const request = { was, becomes: changed.becomes }
    if (await askStore(policy.storeDeadlineMs, () => policy.store.replace(request))) return changed
  }
  throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 })
}

/** @throws AuthError REFRESH_ENDED, REFRESH_EXPIRED */
async function checkLive(policy: SessionsPolicy, session: StoredSession): Promise<void> {
  if (session.endedAt !== undefined) throw new AuthError('REFRESH_ENDED')
  const now = policy.now()
  if (now >= session.absoluteExpiry || now >= session.idleExpiry)
    throw new AuthError('REFRESH_EXPIRED')
  if (!policy.isRevoked(session.sid)) return
  await endBoth(policy, session)
  throw new AuthError('REFRESH_ENDED')
}
