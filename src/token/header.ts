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
 * RFC 7797 section 7). `enc`, `zip`: not a JWS.
 */
export const refusedMembers = ['crit', 'b64', 'enc', 'zip'] as const

/**
 * Members by which a token names its own key. They are hints at most: no key is ever fetched, read or chosen by them
 * (RFC 8725 section 3.10), and they are taken out of the header, so that no key source can use them by mistake.
 */
export const keyHints = ['jwk', 'jku', 'x5u', 'x5c'] as const

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
  rfc: 'RFC 7515 section 4.1.11',
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
 * The header without its {@link keyHints}, frozen; the same object when it has none.
 *
 * @example withoutKeyHints({ alg: 'ES256', jku: 'https://evil.example' }) // { alg: 'ES256' }
 */
export function withoutKeyHints<H extends JoseHeader>(header: H): H {
  if (!keyHints.some((name) => Object.hasOwn(header, name))) return header
  const rest = Object.entries(header).filter(([name]) => !keyHints.some((hint) => hint === name))
  return Object.freeze(Object.fromEntries(rest)) as H // no hint is a member that H names
}

/**
 * Checks a header before any key is looked up, and stops at the first check that refuses. Returns it without its
 * {@link keyHints}.
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
  return withoutKeyHints(header as PinnedHeader) // the first check has looked at alg
}

/** `typ` is a media type, usually without its `application/` (RFC 7515 section 4.1.9). */
function isTypeAccepted(typ: string | undefined, wanted: string | undefined): boolean {
  if (wanted !== undefined) return typ !== undefined && mediaType(typ) === mediaType(wanted)
  return typ === undefined || usualTypes.includes(mediaType(typ))
}

function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
