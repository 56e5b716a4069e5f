/** One cookie of this service's own host. */
export interface HostCookie {
  /** Begins with `__Host-`. */
  readonly name: string
  readonly sameSite: 'Strict' | 'Lax'
}

/** What a browser keeps: a longer one it drops, and says nothing (RFC 6265bis section 5.6). */
const mostBytes = 4096
/** A compact JWS, or a refresh token: base64url and dots. Nothing of it can end a value, a cookie or a header field. */
const tokenValue = /^[\w-]+(?:\.[\w-]+){0,2}$/

/**
 * A `Set-Cookie` value that keeps a token for some seconds, for this host alone and out of reach of its scripts.
 *
 * @throws TypeError for what is no token, or none that a browser would keep; the message holds nothing of it
 * @example setCookie({ name: '__Host-access', sameSite: 'Strict' }, { value: token, maxAge: 900 })
 */
export function setCookie(
  cookie: HostCookie,
  { value, maxAge }: { readonly value: unknown; readonly maxAge: number },
): string {
  if (typeof value !== 'string' || !tokenValue.test(value))
    throw new TypeError(`${cookie.name} takes a token that this package has made`)
  if (cookie.name.length + value.length > mostBytes)
    throw new TypeError(
      `${cookie.name} would have more than ${String(mostBytes)} bytes, and browsers drop such a cookie: put less into the claims`,
    )
  return `${cookie.name}=${value}; ${attributes(cookie, maxAge)}`
}

/**
 * A `Set-Cookie` value that takes a cookie away.
 *
 * @example clearCookie({ name: '__Host-access', sameSite: 'Strict' })
 */
export function clearCookie(cookie: HostCookie): string {
  return `${cookie.name}=; ${attributes(cookie, 0)}`
}

/** The same for setting and clearing, or a browser would not find the cookie again. No Domain: `__Host-` allows none. */
function attributes({ sameSite }: HostCookie, maxAge: number): string {
  return `Path=/; Max-Age=${String(maxAge)}; Secure; HttpOnly; SameSite=${sameSite}`
}
