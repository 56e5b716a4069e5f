/** A null character ends a text in some stores, half a surrogate pair is replaced: two names would become one. */
const nameShape = /^[^\p{Surrogate}\0]{1,1024}$/u

/**
 * Whether a subject, a client or an audience can be kept by every store as it is.
 *
 * @example isName('user-1') // true
 */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && nameShape.test(name)
}
