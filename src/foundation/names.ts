/**
 * Whether a value is text, and not the empty text.
 *
 * @example isText('') // false
 */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * Whether a value is text of 1 to `longest` characters.
 *
 * @example isTextUpTo(512, 'user-1') // true
 */
export function isTextUpTo(longest: number, value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest
}

/** A null character ends a text in some stores, and half a surrogate pair is replaced: two names would become one. */
const storable = /^[^\p{Surrogate}\0]{1,1024}$/u

/**
 * Whether every store keeps this name as it is: a subject, a client, an audience, a session. 1 to 1024 characters.
 *
 * @example isStorableName('user-1') // true
 */
export function isStorableName(value: unknown): value is string {
  return typeof value === 'string' && storable.test(value)
}

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Whether a value is a `scope-token` (RFC 6749 section 3.3): visible ASCII characters without `"` and `\`.
 *
 * @example isScopeToken('orders:read') // true
 */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && scopeToken.test(value)
}
