/**
 * Every way a request can be refused, in one table: what the caller sees, and what the operator sees.
 *
 * The caller sees only `status`, `grpcStatus`, `bearer` and `reason`; several codes share a `reason` on purpose, so
 * that an unknown key, a bad signature and a revoked token look alike from outside. `onEvent` hooks see the code.
 */

import { brand, inherits, isBranded } from './brand.js'

// In a file of its own: browsers that need it are spared the table below.
export { ConfigError } from './config-error.js'

/** The reason that a caller sees; several codes share one. */
export type PublicReason =
  | 'token_missing'
  | 'token_invalid'
  | 'token_expired'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'origin_refused'
  | 'invalid_request'
  | 'invalid_grant'
  | 'not_found'
  | 'too_many_requests'
  | 'unavailable'

/**
 * The `error` attribute of a `WWW-Authenticate: Bearer` challenge (RFC 6750 section 3.1, RFC 9470 section 3); null: no
 * attribute.
 */
export type BearerError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | null

interface ErrorRow {
  readonly status: 400 | 401 | 403 | 404 | 413 | 415 | 429 | 500 | 502 | 503
  /**
   * gRPC status number: 3 INVALID_ARGUMENT, 5 NOT_FOUND, 7 PERMISSION_DENIED, 8 RESOURCE_EXHAUSTED, 13 INTERNAL,
   * 14 UNAVAILABLE, 16 UNAUTHENTICATED.
   */
  readonly grpcStatus: 3 | 5 | 7 | 8 | 13 | 14 | 16
  readonly bearer: BearerError
  readonly reason: PublicReason
  readonly message: string
}

const missing = { status: 401, grpcStatus: 16, bearer: null, reason: 'token_missing' } as const
const invalid = {
  status: 401,
  grpcStatus: 16,
  bearer: 'invalid_token',
  reason: 'token_invalid',
} as const
const expired = {
  status: 401,
  grpcStatus: 16,
  bearer: 'invalid_token',
  reason: 'token_expired',
} as const
const request = {
  status: 400,
  grpcStatus: 3,
  bearer: 'invalid_request',
  reason: 'invalid_request',
} as const
const grant = { status: 401, grpcStatus: 16, bearer: null, reason: 'invalid_grant' } as const
const login = { ...request, bearer: null } as const
const unavailable = { status: 503, grpcStatus: 14, bearer: null, reason: 'unavailable' } as const

/**
 * Code → HTTP status, gRPC status, RFC 6750 error, public reason and fixed message.
 *
 * @example errorTable.TOKEN_EXPIRED.status // 401
 */
export const errorTable = {
  TOKEN_MISSING: { ...missing, message: 'no token was presented' },
  TOKEN_SCHEME: {
    ...missing,
    message: 'the Authorization header is not "Bearer" followed by one token',
  },
  TOKEN_AMBIGUOUS: { ...request, grpcStatus: 16, message: 'more than one token was presented' },

  TOKEN_TOO_LARGE: { ...invalid, message: 'the token is longer than maxLength' },
  TOKEN_MALFORMED: {
    ...invalid,
    message: 'the token is not a compact JWS: three canonical base64url parts separated by dots',
  },
  TOKEN_JSON: { ...invalid, message: 'the header or the claims are not one strict JSON object' },
  HEADER_REFUSED: { ...invalid, message: 'the header has a member that is never accepted' },
  TYPE_MISMATCH: { ...invalid, message: 'the token is of another kind (typ)' },
  ALGORITHM_REFUSED: {
    ...invalid,
    message: 'the algorithm is not one of the configured algorithms',
  },
  KEY_UNKNOWN: { ...invalid, message: 'no key fits the algorithm and key id' },
  SIGNATURE_INVALID: { ...invalid, message: 'the signature does not match' },
  CLAIM_MISSING: { ...invalid, message: 'a required claim is missing' },
  CLAIM_INVALID: {
    ...invalid,
    message: 'a claim has a value of the wrong type, or an empty one',
  },
  CLAIM_TOO_LONG: { ...invalid, message: 'a claim is longer than 1024 characters' },
  ISSUER_MISMATCH: { ...invalid, message: 'the token comes from another issuer' },
  AUDIENCE_MISMATCH: { ...invalid, message: 'the token is meant for another audience' },
  TOKEN_EXPIRED: { ...expired, message: 'the token has expired' },
  TOKEN_TOO_OLD: { ...expired, message: 'the token was issued longer ago than maxTokenAge' },
  TOKEN_NOT_YET_VALID: { ...invalid, message: 'the token is not valid yet' },
  CLAIMS_REFUSED: { ...invalid, message: 'the claims do not fit the schema' },

  TOKEN_REVOKED: { ...invalid, message: 'the token has been revoked' },
  REVOCATION_UNKNOWN: {
    ...unavailable,
    message: 'it is unknown whether the token has been revoked',
  },
  FORBIDDEN: {
    status: 403,
    grpcStatus: 7,
    bearer: 'insufficient_scope',
    reason: 'insufficient_scope',
    message: 'the token is valid, but does not permit this',
  },
  STEP_UP_REQUIRED: {
    status: 401,
    grpcStatus: 16,
    bearer: 'insufficient_user_authentication',
    reason: 'insufficient_user_authentication',
    message: 'the token is valid, but the login behind it is too old or too weak for this',
  },
  ORIGIN_REFUSED: {
    status: 403,
    grpcStatus: 7,
    bearer: null,
    reason: 'origin_refused',
    message: "the call does not come from one of the service's own pages",
  },
  PATH_REFUSED: { ...request, message: 'the path can be read in more than one way' },

  REFRESH_MALFORMED: { ...grant, message: 'this is not a refresh token of this service' },
  REFRESH_UNKNOWN: { ...grant, message: 'the session does not exist' },
  REFRESH_ENDED: { ...grant, message: 'the session has ended' },
  REFRESH_EXPIRED: { ...grant, message: 'the session has expired' },
  REFRESH_CLIENT: { ...grant, message: 'the session belongs to another client' },
  REFRESH_SCOPE: { ...grant, message: "the requested scope is wider than the session's" },
  REFRESH_REUSED: {
    ...grant,
    message: 'a refresh token was used twice; the session has been ended',
  },
  REFRESH_SUPERSEDED: {
    ...grant,
    message: 'the user has proved anew who they are since this token; it has no successor',
  },
  REFRESH_ROLLED_BACK: {
    ...grant,
    message: 'the session store has lost writes; the session has been ended',
  },
  SUBJECT_REFUSED: { ...grant, message: 'the subject may no longer have a session' },

  REQUEST_REFUSED: { ...request, message: 'the body or the query is not what this route takes' },
  BODY_TOO_LARGE: { ...request, status: 413, message: 'the body is too large for this route' },
  BODY_TYPE_REFUSED: {
    ...request,
    status: 415,
    message: 'the body must be application/json in UTF-8, without a content encoding',
  },
  CREDENTIALS_REFUSED: { ...grant, message: 'the credentials of a login are wrong' },
  ATTEMPTS_EXCEEDED: {
    status: 429,
    grpcStatus: 8,
    bearer: null,
    reason: 'too_many_requests',
    message: 'too many logins have failed for this account or from this network',
  },
  SESSION_UNKNOWN: {
    status: 404,
    grpcStatus: 5,
    bearer: null,
    reason: 'not_found',
    message: 'the caller has no such session',
  },

  LOGIN_STATE: {
    ...login,
    message: 'no login that this browser has begun waits for this answer',
  },
  LOGIN_ISSUER: { ...login, message: 'the answer to a login comes from another provider' },
  LOGIN_NONCE: { ...login, message: 'the ID token belongs to another login' },
  LOGIN_TOKEN: { ...login, message: 'the tokens of the provider do not pass' },
  LOGIN_REFUSED: { ...login, message: 'the provider has refused the login' },
  LOGOUT_TOKEN: { ...login, message: 'the logout token does not pass' },
  PROVIDER_UNAVAILABLE: {
    ...unavailable,
    status: 502,
    message: 'the provider did not answer as it must',
  },

  REFRESH_PENDING: {
    ...unavailable,
    message: 'the user has just proved anew who they are; the tokens of that are on their way',
  },
  KEYS_UNAVAILABLE: {
    ...unavailable,
    message: 'the keys are unavailable at the moment',
  },
  STORE_UNAVAILABLE: { ...unavailable, message: 'the store did not answer in time' },
  POLICY_FAULT: {
    ...unavailable,
    status: 500,
    grpcStatus: 13,
    message: "a function of the application's own policy threw",
  },
  ROUTE_UNGUARDED: {
    ...unavailable,
    status: 500,
    grpcStatus: 13,
    message: 'this gate did not guard this route',
  },
} as const satisfies Record<string, ErrorRow>

/** The name of one row of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

/** What the login behind a token has to be, for a challenge (RFC 9470 section 3). Never a value from a token. */
export interface StepUp {
  /** The authentication contexts of which one is needed (claim `acr`), the preferred one first. */
  readonly acrValues?: readonly string[]
  /** The most seconds since the login (claim `auth_time`). */
  readonly maxAge?: number
}

/** Further details of a refusal; names only, never a value from a token. */
export interface AuthErrorDetails {
  /** Name of the claim or header member that failed. */
  readonly claim?: string
  /** The scopes that would have been enough, for the challenge of a 403. */
  readonly scope?: readonly string[]
  /** The login that would be enough, for the challenge of STEP_UP_REQUIRED. */
  readonly stepUp?: StepUp
  /** Seconds until a retry makes sense, for a 503 or a 429. */
  readonly retryAfter?: number
}

/**
 * A refusal: the only error that verification, guards, sessions and stores throw on purpose.
 *
 * It has no stack: refusals are answers to strangers, and building a stack costs more than a signature check.
 * An unexpected error is in `cause` and keeps its own stack.
 *
 * @example
 * try { await verify(token) } catch (error) { if (error instanceof AuthError) reply.code(error.status) }
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode
  readonly status: ErrorRow['status']
  readonly grpcStatus: ErrorRow['grpcStatus']
  readonly bearer: BearerError
  readonly reason: PublicReason
  readonly claim?: string
  readonly scope?: readonly string[]
  readonly stepUp?: StepUp
  readonly retryAfter?: number

  constructor(code: ErrorCode, details: AuthErrorDetails = {}, options?: ErrorOptions) {
    const row: ErrorRow = errorTable[code]
    const limit = Error.stackTraceLimit
    Reflect.set(Error, 'stackTraceLimit', 0) // false, and no error, under --frozen-intrinsics
    super(details.claim === undefined ? row.message : `${row.message}: "${details.claim}"`, options)
    Reflect.set(Error, 'stackTraceLimit', limit)
    this.code = code
    this.status = row.status
    this.grpcStatus = row.grpcStatus
    this.bearer = row.bearer
    this.reason = row.reason
    if (details.claim !== undefined) this.claim = details.claim
    if (details.scope !== undefined) this.scope = details.scope
    if (details.stepUp !== undefined) this.stepUp = details.stepUp
    if (details.retryAfter !== undefined) this.retryAfter = details.retryAfter
    brand(this, 'AuthError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === AuthError ? isBranded(given, 'AuthError/1') : inherits(given, this)
  }
}

/** The refusal of one check: checks return it instead of throwing, so that they can run one by one. */
export interface Refusal {
  readonly code: ErrorCode
  readonly claim?: string
}
