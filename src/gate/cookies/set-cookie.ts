/** A cookie of this service's own host, or of all hosts of a domain. */
export interface TokenCookie {
  /** Begins with `__Host-`; with a domain with `__Secure-`. */
  readonly name: string
  /** The host that has it, with every host below; undefined: the host that sets it, alone. */
  readonly domain?: string | undefined
  readonly sameSite: 'Strict' | 'Lax'
}

/** The longest cookie a browser keeps, in bytes: it silently drops longer ones (RFC 6265bis section 5.6). */
const mostBytes = 4096
/** A compact JWS or a refresh token: base64url and dots. No character in it can end a value, a cookie or a header. */
const tokenValue = /^[\w-]+(?:\.[\w-]+){0,2}$/

/**
 * Builds a `Set-Cookie` value that keeps a token for `maxAge` seconds, unreadable for scripts: for this host only, unless the cookie has a domain.
 *
 * @throws TypeError when the value is not a token, or too long for a browser to keep; the message never contains it
 * @example setCookie({ name: '__Host-access', sameSite: 'Strict' }, { value: token, maxAge: 900 })
 */
export function setCookie(
  cookie: TokenCookie,
  { value, maxAge }: { readonly value: unknown; readonly maxAge: number },
): string {
  if (typeof value !== 'string' || !tokenValue.test(value))
    throw new TypeError(`${cookie.name} takes a token made by this package`)
  if (cookie.name.length + value.length > mostBytes)
    throw new TypeError(
      `${cookie.name} would exceed ${String(mostBytes)} bytes, and browsers drop longer cookies: put less into the claims`,
    )
  return `${cookie.name}=${value}; ${attributes(cookie, maxAge)}`
}

/**
 * Builds a `Set-Cookie` value that deletes a cookie.
 *
 * @example clearCookie({ name: '__Host-access', sameSite: 'Strict' })
 */
export function clearCookie(cookie: TokenCookie): string {
  return `${cookie.name}=; ${attributes(cookie, 0)}`
}

/** Setting and clearing must use the same attributes, or a browser would not find the cookie. */
function attributes({ sameSite, domain }: TokenCookie, maxAge: number): string {
  const hosts = domain === undefined ? '' : `Domain=${domain}; `
  return `${hosts}Path=/; Max-Age=${String(maxAge)}; Secure; HttpOnly; SameSite=${sameSite}`
}
