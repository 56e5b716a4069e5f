import { isAlgorithm, type Algorithm } from './algorithms.js'
import { AuthError } from './errors.js'
import type { JoseHeader } from './token.js'

/** A header whose `alg` is one of the configured ones. */
export interface PinnedHeader extends JoseHeader {
  readonly alg: Algorithm
}

/**
 * Members that are refused whatever they hold. `crit` and `b64`: no extension is understood (RFC 7515 section 4.1.11,
 * RFC 7797 section 7). `jwk`, `jku`, `x5u`, `x5c`: a token never brings its own key (RFC 8725 section 3.10).
 * `enc`, `zip`: not a JWS.
 */
const refusedMembers = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip'] as const

/** Kinds taken when no `typ` is configured; every other kind is another kind of token (RFC 8725 section 3.11). */
const usualTypes = ['jwt', 'at+jwt']

/**
 * Checks a header before any key is looked up.
 *
 * @throws AuthError HEADER_REFUSED, ALGORITHM_REFUSED, TYPE_MISMATCH
 */
export function checkHeader(
  header: JoseHeader,
  policy: { algorithms: ReadonlySet<Algorithm>; typ: string | undefined },
): PinnedHeader {
  if (!isPinned(header, policy.algorithms)) throw new AuthError('ALGORITHM_REFUSED')
  for (const name of refusedMembers) {
    if (header[name] !== undefined) throw new AuthError('HEADER_REFUSED', { claim: name })
  }
  if (header.kid !== undefined && header.kid.length > 256)
    throw new AuthError('HEADER_REFUSED', { claim: 'kid' })
  if (!isTypeAccepted(header.typ, policy.typ))
    throw new AuthError('TYPE_MISMATCH', { claim: 'typ' })
  return header
}

function isPinned(header: JoseHeader, allowed: ReadonlySet<Algorithm>): header is PinnedHeader {
  return isAlgorithm(header.alg) && allowed.has(header.alg)
}

/** `typ` is a media type with `application/` left out where there is no other slash (RFC 7515 section 4.1.9). */
function isTypeAccepted(typ: string | undefined, wanted: string | undefined): boolean {
  if (wanted !== undefined) return typ !== undefined && mediaType(typ) === mediaType(wanted)
  return typ === undefined || usualTypes.includes(mediaType(typ))
}

function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
