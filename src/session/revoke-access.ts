import { askStore } from '../foundation/ask-store.js'
import type { SessionsPolicy } from './session-policy.js'
import type { StoredSession } from './ports.js'

/** Past every clock tolerance that a verifier may have, and a minute for clocks that differ. */
export const margin = 300 + 60

/** How {@link revokeAccess} refuses. */
export interface Refusing {
  /** For a theft, an administrator or a changed password. */
  readonly urgent?: boolean
  /** Whether a cut-off of the subject may take the place of the entry. Then a token issued later is not refused. */
  readonly mayFold?: boolean
}

/**
 * Refuses a session's access tokens.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function revokeAccess(
  policy: SessionsPolicy,
  session: StoredSession,
  { urgent = false, mayFold = false }: Refusing = {},
): Promise<void> {
  const { sid } = session
  const entry = mayFold ? { sid, of: ownerOf(policy, session) } : { sid }
  await askStore(policy.storeDeadlineMs, () => policy.revoke(urgent ? { ...entry, urgent } : entry))
}

/** Whose access tokens they are, and the latest time at which one can have been issued. */
function ownerOf({ grace }: SessionsPolicy, { subject, parent, rotatedAt }: StoredSession) {
  // A replay within the grace issues one too, and dates no rotation.
  return { subject, issuedUntil: parent < 0 ? rotatedAt : rotatedAt + grace }
}

/** Whether a session ended so long before a time that none of its access tokens can be left. */
export function isLongOver(
  { accessTtl }: SessionsPolicy,
  { endedAt = Infinity }: StoredSession,
  time: number,
): boolean {
  return time > endedAt + accessTtl + margin
}

/** Whether an access token of the session may not have expired yet, as far as its own times tell. */
export function mayHaveAccess({ now, grace, accessTtl }: SessionsPolicy, session: StoredSession) {
  return now() <= session.rotatedAt + grace + accessTtl + margin
}

/** How many sessions are revoked at a time. */
const atOnce = 32

/** The same for several sessions, a bounded number at a time; other requests get their turn in between. */
export async function revokeEach(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
  refusing: Refusing = {},
): Promise<void> {
  for (let first = 0; first < sessions.length; first += atOnce) {
    const some = sessions.slice(first, first + atOnce)
    await Promise.all(some.map((session) => revokeAccess(policy, session, refusing)))
    // A store in this process answers without waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
