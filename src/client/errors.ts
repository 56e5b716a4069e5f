/** Why a client sent nothing, or has nothing to send. Code → fixed message. */
export const clientErrors = {
  SIGNED_OUT: 'the session has ended; sign in again',
  REFRESH_UNAVAILABLE: 'the session could not be refreshed for now; its tokens are kept',
  REFRESH_FAILED: 'the refresh endpoint answered what no refresh answers; the tokens are kept',
  SOURCE_FAILED: 'the source gave no token',
  TOKEN_UNUSABLE: 'the source gave a token that no header can hold',
  NO_INCOMING: 'there is no incoming call whose token could be forwarded',
  INCOMING_EXPIRED: 'the token of the incoming call has expired',
  AUDIENCE_REFUSED: 'the token of the incoming call is not meant for this target',
} as const satisfies Record<string, string>

/** The name of one row of {@link clientErrors}. */
export type ClientErrorCode = keyof typeof clientErrors

/**
 * A client's own refusal: a token could not be had, so the call was not made. Never holds a token.
 *
 * `SIGNED_OUT` means that the user must log in; `REFRESH_UNAVAILABLE` that trying later will do, after `retryAfter`
 * seconds where the server named a time.
 *
 * @example
 * try { await client.fetch(url) } catch (error) { if (error instanceof ClientError && error.code === 'SIGNED_OUT') showLogin() }
 */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: ClientErrorCode
  /** Seconds. */
  readonly retryAfter?: number

  constructor(code: ClientErrorCode, options: ErrorOptions & { retryAfter?: number } = {}) {
    super(clientErrors[code], 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter
  }
}
