import { ConfigError, type AuthError, type PublicReason } from '../foundation/errors.js'
import { isScopeToken } from '../foundation/names.js'

/** The answer to a refused call. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The result of a renderer, never a promise: the body, and a status if the service uses its own. */
export interface RenderedBody {
  readonly body: string
  /** Media type of the body, visible ASCII; omit it for an empty body. */
  readonly contentType?: string
  /** From 200 to 599. Default: the status of the error table. */
  readonly status?: number
}

/** Writes the body of a refusal. Callers may see `error.reason`, but not `error.code`. */
export type Renderer = (error: AuthError) => RenderedBody

/** The format of refusals. */
export interface RespondOptions {
  /** `problem` (RFC 9457), `kratos`, `goZero` (no body), or a function. */
  readonly render: keyof typeof renderers | Renderer
  /** `realm` of the challenge (RFC 9110 section 11.5): names this part of the service. */
  readonly realm: string
  /** Where the token is expected, for `problem`: `in the cookie "token"`. Default: the text does not say. */
  readonly place?: string | undefined
}

/** Texts for callers, by public reason: fixed, so that they cannot contain any part of a token. */
const details = {
  token_missing: 'This needs an access token.',
  token_invalid: 'The access token is not valid here.',
  token_expired: 'The access token has expired.',
  insufficient_scope: 'The access token does not permit this.',
  insufficient_user_authentication: 'This needs a more recent or stronger login.',
  origin_refused: "The request does not come from one of this service's own pages.",
  invalid_request: 'The request can be read in more than one way.',
  invalid_grant: 'The grant is not valid.',
  not_found: 'There is no such thing here.',
  too_many_requests: 'Too many attempts have failed. Try again later.',
  unavailable: 'The request cannot be checked at the moment.',
} as const satisfies Record<PublicReason, string>

/** Texts where that of the reason would not help; a caller may tell these codes from the others of their reason. */
const ownDetails: Readonly<Partial<Record<AuthError['code'], string>>> = {
  REQUEST_REFUSED: 'The body or the query of the request is missing, or is not what this takes.',
  BODY_TOO_LARGE: 'The body of the request is too large.',
  BODY_TYPE_REFUSED: 'The body of the request must be application/json.',
  CREDENTIALS_REFUSED: 'The credentials are not valid.',
  SESSION_UNKNOWN: 'You have no such session.',
}

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const satisfies Record<AuthError['status'], string>

const kratosReasons = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'CONTENT_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<AuthError['status'], string>

/** Kratos' messages byte for byte, trailing space included; errors that must look alike from outside share one. */
const kratosMessages: Readonly<Partial<Record<AuthError['code'], string>>> = {
  TOKEN_MISSING: 'JWT token is missing',
  TOKEN_SCHEME: 'JWT token is missing',
  TOKEN_TOO_LARGE: 'Token is invalid',
  TOKEN_MALFORMED: 'Token is invalid',
  TOKEN_JSON: 'Token is invalid',
  HEADER_REFUSED: 'Token is invalid',
  CLAIMS_REFUSED: 'Token is invalid',
  ALGORITHM_REFUSED: 'Wrong signing method',
  TOKEN_EXPIRED: 'JWT token has expired',
  TOKEN_TOO_OLD: 'JWT token has expired',
  TOKEN_NOT_YET_VALID: 'JWT token has expired',
  STEP_UP_REQUIRED: details.insufficient_user_authentication,
}

const renderers = {
  problem: (error: AuthError, place?: string): RenderedBody => ({
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: titles[error.status],
      status: error.status,
      detail: detailOf(error, place),
      reason: error.reason,
    }),
  }),
  kratos: (error: AuthError): RenderedBody => ({
    contentType: 'application/json',
    body: JSON.stringify({
      code: error.status,
      reason: kratosReasons[error.status],
      message:
        kratosMessages[error.code] ??
        ownDetails[error.code] ??
        (error.status === 401 ? 'Fail to parse JWT token ' : details[error.reason]),
      metadata: {},
    }),
  }),
  goZero: (): RenderedBody => ({ body: '' }),
} as const satisfies Record<string, AnyRenderer>

type AnyRenderer = (error: AuthError, place?: string) => RenderedBody

/** A quoted-string that needs no escaping and fits into a header field. */
const quotable = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}$/

/**
 * Builds the function that turns a refusal into a response: status, `WWW-Authenticate` (RFC 6750 section 3, RFC 9470),
 * `Cache-Control: no-store`, `Retry-After` on 503 and 429, and a body.
 *
 * Only a 400, 401 or 403 carries a challenge: with the others another token would not help. A renderer that throws, or returns anything
 * except a {@link RenderedBody}, is replaced by `problem`.
 *
 * @throws ConfigError for a realm that would need escaping, or an unknown renderer
 * @example createResponder({ render: 'problem', realm: 'api' })(new AuthError('TOKEN_MISSING')).status // 401
 */
export function createResponder(options: RespondOptions): (error: AuthError) => Refusal {
  const { render, realm, place } = options
  const given: unknown = realm
  if (typeof given !== 'string' || !quotable.test(given)) {
    throw new ConfigError(
      'realm',
      'must be 1 to 128 visible ASCII characters or spaces, without quotes and backslashes',
    )
  }
  const renderer = rendererOf(render)
  return (error) => {
    const { body, contentType, status } = renderSafely(error, renderer, place)
    const headers = {
      'Cache-Control': 'no-store',
      ...standing(error, realm),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
    }
    return { status: status ?? error.status, headers, body }
  }
}

/** What helps the caller: to retry later, or to bring another token; nothing when neither would. */
function standing(error: AuthError, realm: string): Readonly<Record<string, string>> {
  const { status } = error
  if (status === 503 || status === 429) return { 'Retry-After': String(secondsUntilRetry(error)) }
  return status > 403 ? {} : { 'WWW-Authenticate': challenge(error, realm) }
}

/** Whole seconds, from one to a day: a program can put any number into an error. */
function secondsUntilRetry({ retryAfter = 1 }: AuthError): number {
  return retryAfter > 1 ? Math.min(Math.ceil(retryAfter), 86_400) : 1
}

function challenge(error: AuthError, realm: string): string {
  const bare = `Bearer realm="${realm}"`
  // A caller without credentials gets no error details (RFC 6750 section 3.1).
  if (error.bearer === null) return bare
  const described = `${bare}, error="${error.bearer}", error_description="${detailOf(error)}"`
  const scope = (error.scope ?? []).filter(isScopeToken)
  const scoped = scope.length === 0 ? described : `${described}, scope="${scope.join(' ')}"`
  return scoped + login(error)
}

/** The login that would be enough (RFC 9470 section 3). */
function login({ stepUp: { acrValues = [], maxAge } = {} }: AuthError): string {
  const acr = acrValues.filter(isScopeToken)
  const values = acr.length === 0 ? '' : `, acr_values="${acr.join(' ')}"`
  const isAge = Number.isSafeInteger(maxAge) && Number(maxAge) >= 0
  return isAge ? `${values}, max_age="${String(maxAge)}"` : values
}

/** The call stays refused, whatever a renderer does; invalid output never reaches an adapter. */
function renderSafely(error: AuthError, renderer: AnyRenderer, place?: string): RenderedBody {
  try {
    const rendered: unknown = renderer(error, place)
    const checked = checkRendered(rendered)
    if (checked !== undefined) return checked
    // An async renderer that rejects: no one else handles its promise.
    Promise.resolve(rendered).catch(() => undefined)
  } catch {
    // Treated as if it had returned nothing.
  }
  return renderers.problem(error, place)
}

/** Reads each member once; returns undefined for an invalid answer. */
function checkRendered(rendered: unknown): RenderedBody | undefined {
  if (typeof rendered !== 'object' || rendered === null) return undefined
  const { body, contentType, status }: Partial<Record<keyof RenderedBody, unknown>> = rendered
  if (typeof body !== 'string') return undefined
  if (contentType !== undefined && !isMediaType(contentType)) return undefined
  if (status !== undefined && !isFinalStatus(status)) return undefined
  return {
    body,
    ...(contentType === undefined ? {} : { contentType }),
    ...(status === undefined ? {} : { status }),
  }
}

function isMediaType(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)
}

/** 1xx is not a final answer (RFC 9110 section 15.2). */
function isFinalStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
}

/**
 * The fixed text that a caller may read about a refusal. `place` says where the token is expected.
 *
 * @example detailOf(new AuthError('TOKEN_EXPIRED')) // 'The access token has expired.'
 * @example detailOf(new AuthError('TOKEN_MISSING'), 'in the cookie "token"')
 */
export function detailOf(
  { code, reason }: Pick<AuthError, 'code' | 'reason'>,
  place?: string,
): string {
  if (reason !== 'token_missing' || place === undefined) return ownDetails[code] ?? details[reason]
  return `This needs an access token, sent ${place}.`
}

function rendererOf(render: unknown): AnyRenderer {
  if (typeof render === 'function') return (error) => (render as Renderer)(error) // its result is the application's own text
  for (const [name, renderer] of Object.entries(renderers)) if (name === render) return renderer
  throw new ConfigError(
    'render',
    `must be a function or one of ${Object.keys(renderers).join(', ')}`,
  )
}
