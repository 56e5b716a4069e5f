import { askStore } from '../foundation/ask-store.js'
import type { SessionsPolicy } from './session-policy.js'
import type { StoredSession } from './ports.js'

/** Past every clock tolerance that a verifier may have, and a minute for clocks that differ. */
const margin = 300 + 60

/**
 * Refuses a session's access tokens, unless it ended so long ago that none can be left.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function revokeAccess(policy: SessionsPolicy, session: StoredSession): Promise<void> {
  if (session.endedAt !== undefined && policy.now() > session.endedAt + policy.accessTtl + margin)
    return
  await askStore(policy.storeDeadlineMs, () => policy.revoke({ sid: session.sid }))
}

/** How many sessions are revoked at a time. */
const atOnce = 32

/** The same for several sessions, a bounded number at a time; other requests get their turn in between. */
export async function revokeEach(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
): Promise<void> {
  for (let first = 0; first < sessions.length; first += atOnce) {
    const some = sessions.slice(first, first + atOnce)
    await Promise.all(some.map((session) => revokeAccess(policy, session)))
    // A store in this process answers without waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
