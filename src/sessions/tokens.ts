/** What a login or a refresh answers. Times are Unix seconds, `expiresIn` seconds. */
export interface TokenResponse {
  readonly accessToken: string
  readonly refreshToken: string
  readonly tokenType: 'Bearer'
  /** Life of the access token (RFC 6749 section 5.1). */
  readonly expiresIn: number
  /** `exp` of the access token. */
  readonly accessExpire: number
  /** When to refresh: drawn anew for every answer, so that nobody can refresh in step with the owner. */
  readonly refreshAfter: number
  /** What the access token permits; less than asked for when the subject may no longer have it. */
  readonly scope: string
  /** Public name of the session, as in the access token. */
  readonly sid: string
}
