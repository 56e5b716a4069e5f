/** A cookie of this site alone: no other host, no path, no script has it. */
export interface SiteCookie {
  readonly name: string
  readonly sameSite: 'Strict' | 'Lax'
}

/**
 * A `Set-Cookie` value for base64url text.
 *
 * @example setSiteCookie({ name: '__Host-site', sameSite: 'Lax' }, { value: id, maxAge: 600 })
 */
export function setSiteCookie(
  { name, sameSite }: SiteCookie,
  { value, maxAge }: { readonly value: string; readonly maxAge: number },
): string {
  return `${name}=${value}; Path=/; Max-Age=${String(maxAge)}; Secure; HttpOnly; SameSite=${sameSite}`
}

/** A `Set-Cookie` value that deletes a cookie. */
export function clearSiteCookie(cookie: SiteCookie): string {
  return setSiteCookie(cookie, { value: '', maxAge: 0 })
}
