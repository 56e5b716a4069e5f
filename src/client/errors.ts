import { brand, inherits, isBranded } from '../foundation/brand.js'

/** Why a client has no token to send. Code → fixed message. */
export const clientErrors = {
  SIGNED_OUT: 'the session has ended; sign in again',
  REFRESH_UNAVAILABLE: 'the session could not be refreshed for now; its tokens are kept',
  REFRESH_FAILED: 'the refresh endpoint sent an invalid answer; the tokens are kept',
  SOURCE_FAILED: 'the source returned no token',
  TOKEN_UNUSABLE: 'the source returned a token that a header cannot hold',
  NO_INCOMING: 'there is no incoming call whose token could be forwarded',
  INCOMING_EXPIRED: 'the token of the incoming call has expired',
  AUDIENCE_REFUSED: 'the token of the incoming call is not meant for this target',
} as const satisfies Record<string, string>

/** A code of {@link clientErrors}. */
export type ClientErrorCode = keyof typeof clientErrors

/**
 * The client's own error: no token was available, so the call was not made. Never contains a token.
 *
 * `SIGNED_OUT`: the user must log in. `REFRESH_UNAVAILABLE`: try again after `retryAfter` seconds; until then such calls
 * fail at once.
 *
 * @example
 * try { await client.fetch(url) } catch (error) { if (error instanceof ClientError && error.code === 'SIGNED_OUT') showLogin() }
 */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: ClientErrorCode
  /** Seconds until the next refresh may be tried. */
  readonly retryAfter?: number

  constructor(code: ClientErrorCode, options: ErrorOptions & { retryAfter?: number } = {}) {
    super(clientErrors[code], options)
    this.code = code
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
    brand(this, 'ClientError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === ClientError ? isBranded(given, 'ClientError/1') : inherits(given, this)
  }
}
