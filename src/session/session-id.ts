import { createHash } from 'node:crypto'
import { encodeBase64url } from '../encoding/base64url.js'

/** Bytes of a session id: unguessable, and unique without asking anyone. */
export const sessionIdBytes = 16

const sidBytes = 16

/**
 * The public name of a session: a hash, so that an access token tells nothing about the refresh token.
 *
 * @example sessionSid('AAAAAAAAAAAAAAAAAAAAAA').length // 22
 */
export function sessionSid(id: string): string {
  const hash = createHash('sha256').update('jotgate sid v1').update(Buffer.from(id, 'base64url'))
  return encodeBase64url(hash.digest().subarray(0, sidBytes))
}

/**
 * Whether a text can be the public name of a session. Callers send any text, and some stores cannot hold every text.
 *
 * @example isSid(sessionSid(id)) // true
 */
export function isSid(text: string): boolean {
  return /^[\w-]{22}$/.test(text)
}
