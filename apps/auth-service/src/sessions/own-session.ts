import { AuthError, type Claims } from 'jotgate'

/**
 * The session of a verified token, and its subject.
 *
 * @throws AuthError CLAIM_MISSING
 * @example await sessions.endOthers(ownSession(call.claims))
 */
export function ownSession({ sid, sub: subject }: Claims): { sid: string; subject: string } {
  if (typeof sid !== 'string' || subject === undefined) throw new AuthError('CLAIM_MISSING')
  return { sid, subject }
}
