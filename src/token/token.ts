import { decodeBase64url, decodeIntoScratch, scratch } from '../encoding/base64url.js'
import { AuthError } from '../foundation/errors.js'
import { parseStrictObject, type JsonLimits } from './json/json.js'

/** A JOSE header (RFC 7515 section 4) as parsed, frozen. */
export interface JoseHeader {
  readonly alg: string
  readonly typ?: string
  readonly kid?: string
  readonly [name: string]: unknown
}

/** A claims set (RFC 7519 section 4) as parsed, frozen. The registered claims have been checked for their types. */
export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [name: string]: unknown
}

/** A token taken apart and nothing more: whoever wrote it may have been anyone. */
export interface UnverifiedToken {
  readonly unverifiedHeader: JoseHeader
  readonly unverifiedClaims: Readonly<Record<string, unknown>>
}

declare const verified: unique symbol

/**
 * A token whose signature and claims have been checked. Only a verifier makes one, and revocation, guards and
 * context take nothing else, so an unverified token can not reach them by mistake.
 */
export interface VerifiedToken<C = Claims> {
  readonly [verified]: true
  readonly header: JoseHeader
  /** What the `claims` schema made of the claims set; without a schema the claims set itself. */
  readonly claims: C
  /** The claims set as signed, deeply frozen: what revocation and expiry go by, whatever a schema leaves out. */
  readonly payload: Claims
}

/** A compact JWS (RFC 7515 section 3.1) and where its dots are; the segments are still encoded. */
export class CompactParts {
  readonly text: string
  /** Where the header ends. */
  readonly headerEnd: number
  /** Where `header.payload` ends, which is what was signed. */
  readonly signingEnd: number

  constructor(text: string, headerEnd: number, signingEnd: number) {
    this.text = text
    this.headerEnd = headerEnd
    this.signingEnd = signingEnd
  }

  get header(): string {
    return this.text.slice(0, this.headerEnd)
  }

  get payload(): string {
    return this.text.slice(this.headerEnd + 1, this.signingEnd)
  }

  get signature(): string {
    return this.text.slice(this.signingEnd + 1)
  }
}

/** Longest `maxLength` that may be configured. */
export const lengthCeiling = 16_384

const headerDepth = 8
const claimsDepth = 32

/**
 * Checks that this is text of at most `maxLength` characters, before anything else looks at it.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_TOO_LARGE
 */
export function checkLength(token: unknown, maxLength: number): asserts token is string {
  if (typeof token !== 'string') throw new AuthError('TOKEN_MALFORMED')
  if (token.length > maxLength) throw new AuthError('TOKEN_TOO_LARGE')
}

/**
 * Splits a compact JWS without looking into it. Counts dots before it cuts, so that a string of a million dots
 * costs nothing (CVE-2025-30204).
 *
 * @throws AuthError TOKEN_MALFORMED
 */
export function splitCompact(token: string): CompactParts {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.includes('.', second + 1))
    throw new AuthError('TOKEN_MALFORMED')
  return new CompactParts(token, first, second)
}

/**
 * Decodes the claims segment of a token that is ASCII, or whose signature check has yet to say so, into a frozen
 * object.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_JSON
 */
export function decodePayload(
  segment: string,
  { bigints }: { readonly bigints: boolean },
): Readonly<Record<string, unknown>> {
  const length = decodeIntoScratch(segment)
  if (length < 0) throw new AuthError('TOKEN_MALFORMED')
  return parseObject(scratch, { maxDepth: claimsDepth, bigints, length })
}

function parseObject(bytes: Buffer, limits: JsonLimits): Readonly<Record<string, unknown>> {
  const json = parseStrictObject(bytes, limits)
  if (!json.ok) throw new AuthError('TOKEN_JSON', {}, { cause: json.problem })
  return json.object
}

/** @throws AuthError TOKEN_MALFORMED */
export function decodeSegment(segment: string): Buffer {
  const bytes = decodeBase64url(segment)
  if (!bytes) throw new AuthError('TOKEN_MALFORMED')
  return bytes
}

/**
 * Decodes a header segment.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_JSON, HEADER_REFUSED when `alg`, `typ` or `kid` is not text
 */
export function decodeHeader(segment: string): JoseHeader {
  const header = parseObject(decodeSegment(segment), { maxDepth: headerDepth })
  if (typeof header.alg !== 'string') throw new AuthError('HEADER_REFUSED', { claim: 'alg' })
  for (const name of ['typ', 'kid', 'cty']) {
    if (header[name] !== undefined && typeof header[name] !== 'string') {
      throw new AuthError('HEADER_REFUSED', { claim: name })
    }
  }
  return header as JoseHeader // alg, typ and kid have just been looked at
}

/**
 * Looks into a token without verifying it, for debugging and for choosing where to send it.
 *
 * Not for: deciding anything about the caller. Anyone can write such a token.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_TOO_LARGE, TOKEN_JSON, HEADER_REFUSED
 * @example decodeToken(token).unverifiedHeader.kid
 */
export function decodeToken(token: string): UnverifiedToken {
  checkLength(token, lengthCeiling)
  const parts = splitCompact(token)
  decodeSegment(parts.payload)
  decodeSegment(parts.signature)
  return {
    unverifiedHeader: decodeHeader(parts.header),
    unverifiedClaims: decodePayload(parts.payload, { bigints: false }),
  }
}
