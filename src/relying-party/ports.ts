/** What a site keeps of a login in its own store. Times are Unix seconds. */
export interface SiteSession {
  /** Claim `sub` of the ID token. */
  readonly subject: string
  /** Claim `sid` of the ID token: the session at the provider. Absent when the provider names none. */
  readonly sid?: string
  /** All claims of the ID token. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessToken: string
  readonly refreshToken?: string
  /** The newest one, as `id_token_hint` of a logout. */
  readonly idToken: string
  readonly scope?: string
  /** When the access token expires. */
  readonly accessExpire: number
  /** When the site took the login. */
  readonly loggedInAt: number
  /** When the session ends, whatever is refreshed. */
  readonly expiresAt: number
}

/** The mark that the provider has ended a session, or all sessions of a subject up to a time. */
export interface EndedMark {
  readonly endedAt: number
}

/**
 * A site's own store of sessions. Keys are a word, a colon and 43 characters of base64url; each is for one session, or for the mark that one has ended. A store that does not answer rejects.
 */
export interface SiteSessionStore {
  /** The value of a key; undefined or null when there is none, or it has expired. */
  get(
    key: string,
  ):
    SiteSession | EndedMark | null | undefined | Promise<SiteSession | EndedMark | null | undefined>
  /** Keeps a value, plain JSON, for `seconds`. */
  set(key: string, value: SiteSession | EndedMark, seconds: number): unknown
  delete(key: string): unknown
}
