import { type Grant, type Target } from './source.js'

/** What goes with one call. For adapters. */
export interface Credential {
  /** Header fields to set; none in cookie mode. */
  readonly fields: Readonly<Record<string, string>>
  readonly grant: Grant
  readonly target: Target
}

/** The policy of a client: which call gets what. For adapters. */
export interface Credentials {
  /** The field the token goes into, in lower case. For adapters. */
  readonly field: string
  /** The origins the token may go to, as `URL.origin`. For adapters. */
  readonly origins: ReadonlySet<string>
  /**
   * What to send with a call to an origin; undefined for one that gets no token. For adapters.
   *
   * @throws ClientError when there is no token to be had; the signal's reason
   */
  credential(origin: string, signal?: AbortSignal): Promise<Credential | undefined>
  /**
   * After the server answered 401: what to send once more; undefined when the answer stands. For adapters.
   *
   * @throws as `credential`
   */
  renew(refused: Credential): Promise<Credential | undefined>
}
