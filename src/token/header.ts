import { AuthError } from '../foundation/errors.js'
import type { Algorithm } from '../key/algorithms.js'
import { show, type Check } from './check.js'
import type { JoseHeader } from './token.js'

/** A header whose `alg` is one of the configured ones. */
export interface PinnedHeader extends JoseHeader {
  readonly alg: Algorithm
}

/** What a header is checked against. */
export interface HeaderPolicy {
  readonly algorithms: ReadonlySet<string>
  /** The only kind to accept; undefined: the usual kinds of access token. */
  readonly typ: string | undefined
}

/** One check of a parsed header. */
export type HeaderCheck = Check<JoseHeader, HeaderPolicy>

/**
 * Members that are refused whatever their value. `crit` and `b64`: no extension is supported (RFC 7515 section 4.1.11,
 * RFC 7797 section 7). `jwk`, `jku`, `x5u`, `x5c`: a token never brings its own key (RFC 8725 section 3.10).
 * `enc`, `zip`: not a JWS. `x5t`, which is common beside `kid`, is allowed and ignored.
 */
export const refusedMembers = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip'] as const

/** Characters. */
export const longestKid = 256

/** Kinds that are accepted when no `typ` is configured, in lower case (RFC 8725 section 3.11). */
const usualTypes = ['jwt', 'at+jwt']

const pinnedAlgorithm: HeaderCheck = {
  name: 'alg',
  rfc: 'RFC 8725 section 3.1',
  expected: (policy) => `one of ${[...policy.algorithms].join(', ')}`,
  found: (header) => show(header.alg),
  refuse: (header, policy) =>
    policy.algorithms.has(header.alg) ? undefined : { code: 'ALGORITHM_REFUSED', claim: 'alg' },
}

const noRefusedMember: HeaderCheck = {
  name: 'header members',
  rfc: 'RFC 7515 section 4.1.11, RFC 8725 section 3.10',
  expected: () => `none of ${refusedMembers.join(', ')}`,
  found: (header) =>
    refusedMembers.filter((name) => header[name] !== undefined).join(', ') || 'none',
  refuse: (header) => {
    for (const claim of refusedMembers) {
      if (header[claim] !== undefined) return { code: 'HEADER_REFUSED', claim }
    }
    return undefined
  },
}

const boundedKid: HeaderCheck = {
  name: 'kid',
  rfc: 'RFC 8725 section 3.10',
  expected: () => `absent, or at most ${String(longestKid)} characters`,
  found: (header) => show(header.kid),
  refuse: (header) =>
    header.kid !== undefined && header.kid.length > longestKid
      ? { code: 'HEADER_REFUSED', claim: 'kid' }
      : undefined,
}

const rightType: HeaderCheck = {
  name: 'typ',
  rfc: 'RFC 8725 section 3.11, RFC 9068 section 4',
  expected: (policy) => policy.typ ?? 'JWT, at+jwt or absent',
  found: (header) => show(header.typ),
  refuse: (header, policy) =>
    isTypeAccepted(header.typ, policy.typ) ? undefined : { code: 'TYPE_MISMATCH', claim: 'typ' },
}

/** A nested token (RFC 7519 section 5.2) is a token inside a token; the inner one would not be checked. */
const notNested: HeaderCheck = {
  name: 'cty',
  rfc: 'RFC 7519 section 5.2',
  expected: () => 'absent',
  found: (header) => show(header['cty']),
  refuse: (header) =>
    header['cty'] === undefined ? undefined : { code: 'HEADER_REFUSED', claim: 'cty' },
}

/** The checks of any JWS header, whatever its payload is. */
export const jwsHeaderChecks: readonly HeaderCheck[] = [
  pinnedAlgorithm,
  noRefusedMember,
  boundedKid,
]

/** The checks of a token's header, in order. */
export const headerChecks: readonly HeaderCheck[] = [...jwsHeaderChecks, rightType, notNested]

/**
 * Checks a header before any key is looked up, and stops at the first check that refuses.
 *
 * @throws AuthError HEADER_REFUSED, ALGORITHM_REFUSED, TYPE_MISMATCH
 * @example const { alg, kid } = checkHeader(decodeHeader(segment), policy)
 */
export function checkHeader(
  header: JoseHeader,
  policy: HeaderPolicy,
  checks: readonly HeaderCheck[] = headerChecks,
): PinnedHeader {
  for (const check of checks) {
    const refusal = check.refuse(header, policy)
    if (refusal) throw new AuthError(refusal.code, refusal)
  }
  return header as PinnedHeader // the first check has looked at alg
}

/** `typ` is a media type, usually without its `application/` (RFC 7515 section 4.1.9). */
function isTypeAccepted(typ: string | undefined, wanted: string | undefined): boolean {
  if (wanted !== undefined) return typ !== undefined && mediaType(typ) === mediaType(wanted)
  return typ === undefined || usualTypes.includes(mediaType(typ))
}

function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
