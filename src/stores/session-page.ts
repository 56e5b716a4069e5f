import type { SessionPage, StoredSession } from '../session/ports.js'

/**
 * Of these sessions a page of those that have neither ended nor expired, newest first.
 *
 * @example livePage(sessionsOfSubject, { now, page: { limit: 50 } })
 */
export function livePage(
  sessions: readonly StoredSession[],
  { now, page = {} }: { readonly now: number; readonly page?: SessionPage | undefined },
): readonly StoredSession[] {
  const { after, limit } = page
  return sessions
    .filter((session) => isLive(session, now))
    .filter((session) => after === undefined || newestFirst(after, session) < 0)
    .sort(newestFirst)
    .slice(0, limit)
}

function isLive(session: StoredSession, now: number): boolean {
  return session.endedAt === undefined && now < session.absoluteExpiry && now < session.idleExpiry
}

type Place = NonNullable<SessionPage['after']>

function newestFirst(one: Place, other: Place): number {
  if (one.createdAt !== other.createdAt) return other.createdAt - one.createdAt
  return one.sid === other.sid ? 0 : one.sid < other.sid ? -1 : 1
}
