/** A path that can be read in only one way. */
export interface PlainPath {
  /** As sent. */
  readonly raw: string
  /** Decoded once, for routers that compare decoded paths. */
  readonly decoded: string
}

/**
 * What routers, proxies and file systems read in different ways: encoded separators, double encoding, backslashes,
 * path parameters, empty and dot segments, a fragment, anything that is not visible ASCII.
 */
const encodedTrick = /%(?:2f|5c|25|3b|3f|23|2e|00|0[1-9a-f]|1[0-9a-f]|7f)/i
const plain = /^\/[\x21-\x7e]*$/
const trick = /[\\;#?]|\/\/|\/\.{1,2}(?:\/|$)/

/**
 * Reads a path once; returns undefined when another program could read a different path in it, or none.
 *
 * @example readPath('/caf%C3%A9')?.decoded // '/café'
 */
export function readPath(raw: string): PlainPath | undefined {
  if (!plain.test(raw) || trick.test(raw)) return undefined
  if (!raw.includes('%')) return { raw, decoded: raw }
  if (encodedTrick.test(raw)) return undefined
  try {
    return { raw, decoded: decodeURIComponent(raw) }
  } catch {
    // Not UTF-8, or a percent sign that encodes nothing.
    return undefined
  }
}
