import type { StoredSession, SweepRequest } from '../session/ports.js'

/**
 * Whether a session can have no use any more.
 *
 * @example isOver(session, { before, endedBefore })
 */
export function isOver(
  { absoluteExpiry, idleExpiry, endedAt, revocationDue }: StoredSession,
  { before, endedBefore }: Pick<SweepRequest, 'before' | 'endedBefore'>,
): boolean {
  if (absoluteExpiry < before) return true
  if (revocationDue === true) return false
  return idleExpiry < before || (endedAt !== undefined && endedAt < endedBefore)
}
