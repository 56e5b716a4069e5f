/** The login of a browser at this service: the session that its cookie belongs to. */
export interface SsoLogin {
  /** Public name of the session: never handed out to a site. */
  readonly sid: string
  readonly subject: string
  /** When the user last proved who they are, in Unix seconds. */
  readonly authTime: number
  /** How (RFC 8176). */
  readonly amr: readonly string[]
  /** How strongly, if it is said. */
  readonly acr: string | undefined
  /** When the session ends at the latest, in Unix seconds. */
  readonly expiresAt: number
}

/** A login, and the `Set-Cookie` values that go with it. */
export interface KeptLogin {
  readonly login: SsoLogin
  readonly setCookie: readonly string[]
}

/** The sessions of browsers at this service, each with its refresh token in the cookie `__Host-sso`. */
export interface Sso {
  /**
   * The live login of a browser, rotated: undefined without a cookie, and for a session that has ended or expired.
   *
   * @param cookie the `Cookie` header
   * @throws AuthError STORE_UNAVAILABLE, KEYS_UNAVAILABLE
   */
  find(cookie: string | undefined): Promise<KeptLogin | undefined>
  /** Whether the session has neither ended nor expired, as the store and the revocations say now. */
  isLive(sid: string): Promise<boolean>
}
