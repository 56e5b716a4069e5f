import { AuthError, type Claims } from 'jotgate'

/**
 * The session of a verified token, and whose it is.
 *
 * @throws AuthError CLAIM_MISSING
 * @example await issuer.endOthers(ownSession(call.claims))
 */
export function ownSession({ sid, sub: subject }: Claims): { sid: string; subject: string } {
  if (typeof sid !== 'string' || subject === undefined) throw new AuthError('CLAIM_MISSING')
  return { sid, subject }
}
