import { decodeBase64url, decodeIntoScratch, scratch } from '../encoding/base64url.js'
import { AuthError } from '../foundation/errors.js'
import { Key } from '../key/key.js'
import { verifySigningInput } from '../key/signature/verify.js'
import { parseStrictObject } from './json/json.js'
import { claimsDepth, headerDepth, type JoseHeader } from './token.js'

/** A compact JWS (RFC 7515 section 3.1), cut at its dots; the segments are still encoded. */
export interface CompactParts {
  readonly text: string
  /** The position of the second dot: the text before it is what was signed. */
  readonly signingEnd: number
  readonly header: string
  readonly payload: string
}

/**
 * Checks that a token is text of at most `maxLength` characters, before anything else looks at it.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_TOO_LARGE
 * @example checkLength(token, 8192)
 */
export function checkLength(token: unknown, maxLength: number): asserts token is string {
  if (typeof token !== 'string') throw new AuthError('TOKEN_MALFORMED')
  if (token.length > maxLength) throw new AuthError('TOKEN_TOO_LARGE')
}

/**
 * Splits a compact JWS without looking into it. Counts the dots before it cuts, so that a string of a million dots
 * costs nothing (CVE-2025-30204).
 *
 * @throws AuthError TOKEN_MALFORMED
 * @example const { header, payload } = splitCompact(token)
 */
export function splitCompact(token: string): CompactParts {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.includes('.', second + 1))
    throw new AuthError('TOKEN_MALFORMED')
  return {
    text: token,
    signingEnd: second,
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
  }
}

/**
 * Decodes a header segment.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_JSON, HEADER_REFUSED when `alg`, `typ`, `kid` or `cty` is not text
 * @example decodeHeader(parts.header).alg
 */
export function decodeHeader(segment: string): JoseHeader {
  // No signature check has seen the header yet, and the decoder sees the low bytes only of text beyond ASCII.
  if (Buffer.byteLength(segment) !== segment.length) throw new AuthError('TOKEN_MALFORMED')
  const header = decodeObject(segment, headerDepth, false)
  if (typeof header['alg'] !== 'string') throw new AuthError('HEADER_REFUSED', { claim: 'alg' })
  for (const name of ['typ', 'kid', 'cty']) {
    if (header[name] !== undefined && typeof header[name] !== 'string') {
      throw new AuthError('HEADER_REFUSED', { claim: name })
    }
  }
  return header as JoseHeader // alg, typ and kid have just been looked at
}

/**
 * Decodes the claims segment of a token that is ASCII, or that a signature check will refuse if it is not, into a
 * frozen object.
 *
 * @throws AuthError TOKEN_MALFORMED, TOKEN_JSON
 * @example decodePayload(parts.payload, { bigints: false })['sub']
 */
export function decodePayload(
  segment: string,
  { bigints }: { readonly bigints: boolean },
): Readonly<Record<string, unknown>> {
  return decodeObject(segment, claimsDepth, bigints)
}

function decodeObject(
  segment: string,
  maxDepth: number,
  bigints: boolean,
): Readonly<Record<string, unknown>> {
  const length = decodeIntoScratch(segment)
  if (length < 0) throw new AuthError('TOKEN_MALFORMED')
  const json = parseStrictObject(scratch, { maxDepth, bigints, length })
  if (!json.ok) throw new AuthError('TOKEN_JSON', {}, { cause: json.problem })
  return json.object
}

/**
 * Decodes a segment that is any bytes.
 *
 * @throws AuthError TOKEN_MALFORMED
 * @example decodeSegment(parts.payload)
 */
export function decodeSegment(segment: string): Buffer {
  const bytes = decodeBase64url(segment)
  if (!bytes) throw new AuthError('TOKEN_MALFORMED')
  return bytes
}

/**
 * Checks the signature with a key that fits the header, or with several in turn. Returns the key that made it.
 *
 * @throws AuthError SIGNATURE_INVALID, TOKEN_MALFORMED when the signature is not canonical base64url
 * @example checkSignature(splitCompact(token), key)
 */
export function checkSignature(parts: CompactParts, keys: Key | readonly Key[]): Key {
  const { text, signingEnd } = parts
  if (keys instanceof Key) {
    if (verifySigningInput(keys, text, signingEnd)) return keys
  } else {
    const matching = keys.find((key) => verifySigningInput(key, text, signingEnd))
    if (matching) return matching
  }
  // Which of the two it is matters only now: verifySigningInput accepts canonical text and nothing else.
  const isCanonical = decodeBase64url(text.slice(signingEnd + 1)) !== undefined
  throw new AuthError(isCanonical ? 'SIGNATURE_INVALID' : 'TOKEN_MALFORMED')
}
