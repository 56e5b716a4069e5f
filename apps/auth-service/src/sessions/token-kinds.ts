import { AuthError, type Claims } from 'jotgate'
import { isText } from 'jotgate/extend'

/**
 * Checks the claims of a user's token: it belongs to a named session, and to the client that started it.
 *
 * @throws AuthError CLAIMS_REFUSED
 * @example createVerifier({ claims: userClaims, … })
 */
export function userClaims(claims: Claims): Claims {
  for (const name of ['sub', 'client_id', 'sid']) if (!isText(claims[name])) throw refused(name)
  return claims
}

/**
 * Checks the claims of a user's token, or of a client's own: that one has no session, and the client is its subject.
 *
 * @throws AuthError CLAIMS_REFUSED
 */
export function userOrClientClaims(claims: Claims): Claims {
  if ('sid' in claims) return userClaims(claims)
  const { sub, client_id: client } = claims
  if (!isText(client) || client !== sub) throw refused('sub')
  return claims
}

function refused(claim: string): AuthError {
  return new AuthError('CLAIMS_REFUSED', { claim })
}
