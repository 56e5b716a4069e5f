import { timingSafeEqual } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../encoding/base64url.js'
import { AuthError } from '../foundation/errors.js'
import { sessionIdBytes } from './session-id.js'
import { keyIdBytes, type ServiceKeys } from './service-keys.js'

/** What a refresh token says. */
export interface RefreshTokenContent {
  readonly sessionId: string
  readonly generation: number
}

/**
 * Layout: version (1) ‖ service-key id (4) ‖ session id (16) ‖ generation (4, big-endian) ‖ tag (32). 57 bytes are 76
 * characters of base64url with no spare bits, so that a token has one spelling.
 */
const version = 1
const label = Buffer.from('jotgate refresh v1')
const generationBytes = 4
const tagBytes = 32
const idStart = 1 + keyIdBytes
const generationStart = idStart + sessionIdBytes
const tagStart = generationStart + generationBytes
const tokenLength = ((tagStart + tagBytes) / 3) * 4

/**
 * The refresh token of one generation of a session, tagged with the current service key. The same content gives the
 * same token, which is how a lost answer can be given again without having been kept.
 *
 * @example encodeRefreshToken(keys, { sessionId, generation: 0 }).length // 76
 */
export function encodeRefreshToken(keys: ServiceKeys, content: RefreshTokenContent): string {
  const body = Buffer.alloc(tagStart)
  body[0] = version
  body.set(keys.currentId, 1)
  body.set(Buffer.from(content.sessionId, 'base64url'), idStart)
  body.writeUInt32BE(content.generation, generationStart)
  return encodeBase64url(Buffer.concat([body, tagOf(keys, body) ?? Buffer.alloc(0)]))
}

/**
 * Reads a refresh token that this service has made. Everything else is refused here, before any store is asked.
 *
 * @throws AuthError REFRESH_MALFORMED
 * @example readRefreshToken(keys, token).generation // 3
 */
export function readRefreshToken(keys: ServiceKeys, token: unknown): RefreshTokenContent {
  if (typeof token !== 'string' || token.length !== tokenLength)
    throw new AuthError('REFRESH_MALFORMED')
  const bytes = decodeBase64url(token)
  if (bytes?.[0] !== version) throw new AuthError('REFRESH_MALFORMED')
  const body = bytes.subarray(0, tagStart)
  const tag = tagOf(keys, body)
  if (tag === undefined || !timingSafeEqual(tag, bytes.subarray(tagStart)))
    throw new AuthError('REFRESH_MALFORMED')
  return {
    sessionId: encodeBase64url(body.subarray(idStart, generationStart)),
    generation: body.readUInt32BE(generationStart),
  }
}

function tagOf(keys: ServiceKeys, body: Buffer): Buffer | undefined {
  return keys.tag(body.subarray(1, idStart), Buffer.concat([label, body]))
}
