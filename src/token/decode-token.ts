import { checkLength, decodeHeader, decodePayload, decodeSegment, splitCompact } from './jws.js'
import { lengthCeiling, type JoseHeader } from './token.js'

/** A token taken apart and nothing more: anyone may have written it. */
export interface UnverifiedToken {
  readonly unverifiedHeader: JoseHeader
  readonly unverifiedClaims: Readonly<Record<string, unknown>>
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
  decodeSegment(token.slice(parts.signingEnd + 1))
  return {
    unverifiedHeader: decodeHeader(parts.header),
    unverifiedClaims: decodePayload(parts.payload, { bigints: false }),
  }
}
