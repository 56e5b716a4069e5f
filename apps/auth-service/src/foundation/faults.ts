/**
 * The faults of a request that are not about tokens. The rows complete the library's `errorTable`; both are answered as
 * RFC 9457 problem documents.
 */
export const faultTable = {
  BODY_INVALID: {
    status: 400,
    reason: 'invalid_request',
    message: 'the body is not valid for this operation',
  },
  REQUEST_INVALID: {
    status: 400,
    reason: 'invalid_request',
    message: 'the request cannot be read',
  },
  METRICS_REFUSED: {
    status: 401,
    reason: 'token_invalid',
    message: 'metrics need the configured token, as a bearer token',
  },
  METRICS_OFF: {
    status: 404,
    reason: 'not_found',
    message: 'metrics are off: configure metricsToken, or metricsPort for callers on this machine',
  },
  CLIENT_REFUSED: {
    status: 401,
    reason: 'invalid_client',
    message: 'the client that the login names must authenticate, by HTTP Basic',
  },
  LOGIN_REFUSED: {
    status: 401,
    reason: 'invalid_grant',
    message: 'the username or the password is wrong',
  },
  PASSWORD_REFUSED: {
    status: 403,
    reason: 'password_refused',
    message: 'the current password is wrong',
  },
  SECOND_FACTOR_REQUIRED: {
    status: 401,
    reason: 'second_factor_required',
    message: 'this account has a second factor: send its code with the username and the password',
  },
  CODE_REQUIRED: {
    status: 403,
    reason: 'second_factor_required',
    message: 'this account has a second factor: send its code with the password',
  },
  CODE_REFUSED: {
    status: 403,
    reason: 'password_refused',
    message: 'the code is wrong or was used before',
  },
  BEYOND_OWN: {
    status: 403,
    reason: 'insufficient_permissions',
    message: 'this account or role has permissions that you do not have',
  },
  CROSS_SITE: {
    status: 403,
    reason: 'origin_refused',
    message: 'a page of another origin sent this request; add its origin to the configuration',
  },
  SESSION_UNKNOWN: { status: 404, reason: 'not_found', message: 'you have no such session' },
  USER_UNKNOWN: { status: 404, reason: 'not_found', message: 'there is no such user' },
  SESSION_NOT_FOUND: { status: 404, reason: 'not_found', message: 'there is no such session' },
  LOCK_UNKNOWN: {
    status: 404,
    reason: 'not_found',
    message: 'there is no such lock: it has ended',
  },
  USER_CHANGED: {
    status: 409,
    reason: 'conflict',
    message: 'the user was changed meanwhile; look again',
  },
  CLIENT_UNKNOWN: { status: 404, reason: 'not_found', message: 'there is no such client' },
  USERS_ELSEWHERE: {
    status: 409,
    reason: 'conflict',
    message: 'the users of this service are kept elsewhere: change them there',
  },
  SECOND_FACTOR_EXISTS: {
    status: 409,
    reason: 'conflict',
    message: 'there is already a second factor: remove it before you add another',
  },
  SECOND_FACTOR_OFF: {
    status: 409,
    reason: 'conflict',
    message: 'this service has no second factors: configure encryptionKey',
  },
  SECOND_FACTOR_UNKNOWN: {
    status: 404,
    reason: 'not_found',
    message: 'there is no second factor',
  },
  USER_EXISTS: {
    status: 409,
    reason: 'conflict',
    message: 'there is already a user of that name',
  },
  OWN_ACCOUNT: {
    status: 409,
    reason: 'conflict',
    message: 'you cannot disable or demote your own account',
  },
  DEMO_ACCOUNT: {
    status: 409,
    reason: 'conflict',
    message: 'the demo user cannot be changed; write a configuration and add users',
  },
  CONFIRM: {
    status: 409,
    reason: 'confirmation_required',
    message: 'this hits everybody: repeat it with the word that confirms it',
  },
  NO_KEY_RING: {
    status: 409,
    reason: 'conflict',
    message: 'tokens are signed with a shared secret: replace it in the configuration',
  },
  KEY_NOT_FOUND: { status: 404, reason: 'not_found', message: 'the ring has no such key' },
  NOT_FOUND: { status: 404, reason: 'not_found', message: 'there is no such operation' },
  METHOD_REFUSED: {
    status: 405,
    reason: 'method_not_allowed',
    message: 'this path does not support this method',
  },
  BODY_TOO_LARGE: {
    status: 413,
    reason: 'invalid_request',
    message: 'the body is too large for this operation',
  },
  CONTENT_TYPE: {
    status: 415,
    reason: 'invalid_request',
    message: 'the body must be application/json in UTF-8, without a content encoding',
  },
  HOST_REFUSED: {
    status: 421,
    reason: 'misdirected',
    message: 'this service does not have that host name',
  },
  TOO_MANY: {
    status: 429,
    reason: 'too_many_requests',
    message: 'too many logins have failed; try again later',
  },
  BUSY: {
    status: 503,
    reason: 'unavailable',
    message: 'too many logins at once; try again shortly',
  },
  AUDIT_OWED: {
    status: 503,
    reason: 'unavailable',
    message: 'the audit log takes no rows at the moment; administration waits for it',
  },
  INTERNAL: { status: 500, reason: 'internal', message: 'something went wrong here' },
} as const satisfies Record<string, { status: number; reason: string; message: string }>

/** The name of one row of {@link faultTable}. */
export type FaultCode = keyof typeof faultTable

/** A fault whose message names fields, never their values. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault'
  readonly code: FaultCode
  readonly headers: Readonly<Record<string, string>>

  constructor(code: FaultCode, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail ?? faultTable[code].message)
    this.code = code
    this.headers = headers
  }
}

/** BUSY: the caller may retry in a moment. */
export function busy(): RequestFault {
  return new RequestFault('BUSY', undefined, { 'retry-after': '2' })
}

/** TOO_MANY: the caller may retry after this many seconds. */
export function tooMany(seconds: number): RequestFault {
  return new RequestFault('TOO_MANY', undefined, { 'retry-after': String(seconds) })
}
