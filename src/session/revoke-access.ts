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
  const { sid, subject } = session
  const entry = mayFold ? { sid, of: { subject, issuedUntil: issuedUntil(session) } } : { sid }
  await askStore(policy.storeDeadlineMs, () => policy.revoke(urgent ? { ...entry, urgent } : entry))
}

/**
 * Seconds after a rotation within which an access token may have been issued without another one: the longest grace that
 * any client may have, in which a replay issues one and changes nothing, and a minute for clocks that differ.
 */
const replaysUntil = 60 + 60

/** The latest `iat` that an access token of the session can have, as far as its own times tell. */
export function issuedUntil({ parent, createdAt, rotatedAt, details }: StoredSession): number {
  const latest = Math.max(createdAt, rotatedAt, details?.impersonatedAt ?? 0)
  return parent === -1 ? latest : latest + replaysUntil
}

/** Whether all access tokens of the session have expired at a time. */
export function haveExpired(
  { accessTtl }: SessionsPolicy,
  session: StoredSession,
  time: number,
): boolean {
  return time > issuedUntil(session) + accessTtl + margin
}

/** How many sessions are worked on at a time. */
const atOnce = 32

/**
 * Does something for several sessions, a bounded number at a time; other requests get their turn in between. All are
 * attempted.
 *
 * @returns those for which it was done, and what it failed with for the others
 */
export async function attemptEach(
  sessions: readonly StoredSession[],
  act: (session: StoredSession) => Promise<void>,
): Promise<Attempted> {
  const done: StoredSession[] = []
  const failed: unknown[] = []
  for (let first = 0; first < sessions.length; first += atOnce) {
    const some = sessions.slice(first, first + atOnce)
    const each = some.map((session) => act(session).then(() => session))
    for (const result of await Promise.allSettled(each))
      if (result.status === 'fulfilled') done.push(result.value)
      else failed.push(result.reason)
    // A store in this process answers without waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { done, failed }
}

/** Refuses the access tokens of several sessions. */
export function tryToRevoke(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
  refusing: Refusing = {},
): Promise<Attempted> {
  return attemptEach(sessions, (session) => revokeAccess(policy, session, refusing))
}

/** What has become of {@link attemptEach}. */
export interface Attempted {
  readonly done: readonly StoredSession[]
  readonly failed: readonly unknown[]
}

/** @throws AuthError STORE_UNAVAILABLE when one of them could not be refused */
export async function revokeEach(
  policy: SessionsPolicy,
  sessions: readonly StoredSession[],
  refusing: Refusing = {},
): Promise<void> {
  const { failed } = await tryToRevoke(policy, sessions, refusing)
  if (failed.length > 0) throw failed[0]
}
