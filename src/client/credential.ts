import { type Grant, type Target } from './source.js'

/** What to send with one call. For adapters. */
export interface Credential {
  /** Header fields to set; none in cookie mode. */
  readonly fields: Readonly<Record<string, string>>
  readonly grant: Grant
  readonly target: Target
  /** How often the user had logged in again for this client's calls when it was made. */
  readonly stepUps: number
}

/** A client's policy: which call gets which credential. For adapters. */
export interface Credentials {
  /** The header field of the token, in lower case. For adapters. */
  readonly field: string
  /** The origins the token may go to, as `URL.origin`. For adapters. */
  readonly origins: ReadonlySet<string>
  /**
   * What to send with a call to an origin; undefined for an origin that gets no token. For adapters.
   *
   * @throws ClientError when no token is available; the signal's reason
   */
  credential(origin: string, signal?: AbortSignal): Promise<Credential | undefined>
  /**
   * After a 401: what to send in a second attempt; undefined when the refusal is final. `challenge` is its
   * `WWW-Authenticate`: where that asks for another login (RFC 9470), the user is asked, and nothing is refreshed. For
   * adapters.
   *
   * @throws the errors of `credential`
   */
  renew(refused: Credential, challenge?: string | null): Promise<Credential | undefined>
}
