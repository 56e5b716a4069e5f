import { type AuthError } from '../foundation/errors.js'
import type { Call } from '../gate/call.js'

/** The answer to a request: send each `setCookie` value in a separate `Set-Cookie` field. */
export interface SiteAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly setCookie: readonly string[]
  readonly body: string
}

/** No answer is stored, and no address of one goes to another site. */
const always = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' } as const
const inert = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
} as const

/**
 * A redirect that a browser follows by GET (RFC 9110 section 15.4.4).
 *
 * @example redirect('/orders').status // 303
 */
export function redirect(location: string, setCookie: readonly string[] = []): SiteAnswer {
  return { status: 303, headers: { ...always, Location: location }, setCookie, body: '' }
}

/**
 * A JSON answer.
 *
 * @example json({ expiresIn: 900 }).body // '{"expiresIn":900}'
 */
export function json(
  body: object,
  { status = 200, setCookie = [] }: { status?: number; setCookie?: readonly string[] } = {},
): SiteAnswer {
  const headers = { ...always, 'Content-Type': 'application/json' }
  return { status, headers, setCookie, body: JSON.stringify(body) }
}

/** An answer without a body. */
export function empty(status: 200 | 204): SiteAnswer {
  return { status, headers: always, setCookie: [], body: '' }
}

/**
 * The answer to a refusal: a short page where the caller takes HTML, else JSON. It has the code and its fixed text, and
 * nothing of a token or of what the caller has sent.
 */
export function refusal(
  error: AuthError,
  call: Pick<Call, 'header'>,
  setCookie: readonly string[] = [],
): SiteAnswer {
  const { status, code, reason, retryAfter } = error
  const text = sentence(error)
  const retry =
    status === 503 ? { 'Retry-After': String(Math.ceil(Math.max(1, retryAfter ?? 1))) } : {}
  if (!call.header('accept').some((accept) => accept.includes('text/html')))
    return withHeaders(
      json({ error: reason, code, error_description: text }, { status, setCookie }),
      retry,
    )
  const headers = { ...always, ...inert, ...retry, 'Content-Type': 'text/html; charset=utf-8' }
  return { status, headers, setCookie, body: page(code, text) }
}

/** The answer to a fault that is no refusal, for hosts that have none of their own. */
export function fault(): SiteAnswer {
  return json({ error: 'server_error' }, { status: 500 })
}

function withHeaders(answer: SiteAnswer, more: Readonly<Record<string, string>>): SiteAnswer {
  return { ...answer, headers: { ...answer.headers, ...more } }
}

const texts: Readonly<Partial<Record<AuthError['code'], string>>> = {
  LOGIN_STATE: 'This login has expired, or was already used. Please begin again.',
  LOGIN_ISSUER: 'This answer to a login comes from another provider. Please begin again.',
  LOGIN_NONCE: 'This answer belongs to another login. Please begin again.',
  LOGIN_TOKEN: 'The login could not be accepted.',
  LOGIN_REFUSED: 'The login was not completed.',
  LOGOUT_TOKEN: 'The logout token could not be accepted.',
  PROVIDER_UNAVAILABLE: 'The login service does not answer at the moment. Please try again.',
  ORIGIN_REFUSED: "The request does not come from one of this site's own pages.",
  REQUEST_REFUSED: 'The request is not what this address takes.',
}

/** Fixed: of the error's own words none that name a claim's value. */
function sentence({ code, status }: AuthError): string {
  return texts[code] ?? (status === 401 ? 'There is no session.' : 'The request was refused.')
}

function page(code: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Login</title><p>${text}</p><p><small>${code}</small></p></html>`
}
