import { isAlgorithm, type Algorithm } from '../key/algorithms.js'
import { runChecks, show, type Check } from './check.js'
import type { JoseHeader } from './token.js'

/** A header whose `alg` is one of the configured ones. */
export interface PinnedHeader extends JoseHeader {
  readonly alg: Algorithm
}

/** What a header is checked against. */
export interface HeaderPolicy {
  readonly algorithms: ReadonlySet<Algorithm>
  /** Undefined: the usual kinds of access token. */
  readonly typ: string | undefined
}

/** One check of a parsed header. */
export type HeaderCheck = Check<JoseHeader, HeaderPolicy>

/**
 * Members that are refused whatever they hold. `crit` and `b64`: no extension is understood (RFC 7515 section 4.1.11,
 * RFC 7797 section 7). `jwk`, `jku`, `x5u`, `x5c`: a token never brings its own key (RFC 8725 section 3.10).
 * `enc`, `zip`: not a JWS. `x5t` is common beside `kid`, chooses nothing here, and is left alone.
 */
export const refusedMembers = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip'] as const

const longestKid = 256

/** Kinds taken when no `typ` is configured; every other kind is another kind of token (RFC 8725 section 3.11). */
const usualTypes = ['jwt', 'at+jwt']

const pinnedAlgorithm: HeaderCheck = {
  name: 'alg',
  rfc: 'RFC 8725 section 3.1',
  expected: (policy) => `one of ${[...policy.algorithms].join(', ')}`,
  found: (header) => show(header.alg),
  refuse: (header, policy) =>
    isAlgorithm(header.alg) && policy.algorithms.has(header.alg)
      ? undefined
      : { code: 'ALGORITHM_REFUSED', claim: 'alg' },
}

const noRefusedMember: HeaderCheck = {
  name: 'header members',
  rfc: 'RFC 7515 section 4.1.11, RFC 8725 section 3.10',
  expected: () => `none of ${refusedMembers.join(', ')}`,
  found: (header) =>
    refusedMembers.filter((name) => header[name] !== undefined).join(', ') || 'none',
  refuse: (header) => {
    const claim = refusedMembers.find((name) => header[name] !== undefined)
    return claim === undefined ? undefined : { code: 'HEADER_REFUSED', claim }
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

/** A nested token (RFC 7519 section 5.2) is a token inside a token; the inner one would go unchecked. */
const notNested: HeaderCheck = {
  name: 'cty',
  rfc: 'RFC 7519 section 5.2',
  expected: () => 'absent',
  found: (header) => show(header['cty']),
  refuse: (header) =>
    header['cty'] === undefined ? undefined : { code: 'HEADER_REFUSED', claim: 'cty' },
}

/** The checks of any JWS header: nothing here knows about claims. */
export const jwsHeaderChecks: readonly HeaderCheck[] = [
  pinnedAlgorithm,
  noRefusedMember,
  boundedKid,
]

/** The checks of a token's header, in the order in which they are made. */
export const headerChecks: readonly HeaderCheck[] = [...jwsHeaderChecks, rightType, notNested]

/**
 * Checks a header before any key is looked up.
 *
 * @throws AuthError HEADER_REFUSED, ALGORITHM_REFUSED, TYPE_MISMATCH
 */
export function checkHeader(
  header: JoseHeader,
  policy: HeaderPolicy,
  checks: readonly HeaderCheck[] = headerChecks,
): PinnedHeader {
  runChecks(checks, header, policy)
  return header as PinnedHeader // the first check has looked at alg
}

/** `typ` is a media type with `application/` left out where there is no other slash (RFC 7515 section 4.1.9). */
function isTypeAccepted(typ: string | undefined, wanted: string | undefined): boolean {
  if (wanted !== undefined) return typ !== undefined && mediaType(typ) === mediaType(wanted)
  return typ === undefined || usualTypes.includes(mediaType(typ))
}

function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
