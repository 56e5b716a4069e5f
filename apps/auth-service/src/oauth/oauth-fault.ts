/**
 * The faults of requests to an OAuth endpoint (RFC 6749 section 5.2, RFC 8707 section 2, and RFC 6749 section 4.1.2.1
 * for the last): status, and a description for the client's developer.
 */
const oauthFaults = {
  invalid_request: { status: 400, description: 'the request is not valid for this endpoint' },
  invalid_client: { status: 401, description: 'the client could not be authenticated' },
  invalid_grant: { status: 400, description: 'the grant is not valid' },
  unauthorized_client: { status: 400, description: 'the client may not use this grant type' },
  unsupported_grant_type: { status: 400, description: 'this grant type is not supported' },
  invalid_scope: { status: 400, description: 'the scope is malformed, or wider than allowed' },
  invalid_target: { status: 400, description: 'no tokens are issued for that resource' },
  temporarily_unavailable: { status: 503, description: 'try again shortly' },
  server_error: { status: 500, description: 'something went wrong here' },
} as const satisfies Record<string, { status: number; description: string }>

/** `error` of an answer. */
export type OAuthError = keyof typeof oauthFaults

/** How an answer differs from its row of {@link oauthFaults}. */
export interface OAuthFaultDetails {
  /** A fixed text with names of parameters, never their values. */
  readonly description?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A refusal in the form of RFC 6749.
 *
 * @example throw new OAuthFault('invalid_request', { description: 'grant_type: is missing' })
 */
export class OAuthFault extends Error {
  override readonly name = 'OAuthFault'
  readonly error: OAuthError
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(error: OAuthError, details: OAuthFaultDetails = {}) {
    const row = oauthFaults[error]
    super(details.description ?? row.description)
    this.error = error
    this.status = details.status ?? row.status
    this.headers = { ...challenges[error], ...details.headers }
  }
}

const challenges: Partial<Record<OAuthError, Readonly<Record<string, string>>>> = {
  invalid_client: { 'www-authenticate': 'Basic realm="oauth", charset="UTF-8"' },
}
