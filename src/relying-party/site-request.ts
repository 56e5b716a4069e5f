import { readContentType } from '../foundation/content-type.js'
import { AuthError } from '../foundation/errors.js'
import { isBytes } from '../foundation/realms.js'
import type { Call } from '../gate/call.js'

/** Header fields, as `Headers` of Fetch or as node:http has them. */
export type HeaderBag =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * A request to a site, without a framework: those of node:http, Express and Fetch fit as they are.
 *
 * @example await relyingParty.login(request, { returnTo: '/orders' })
 */
export interface SiteRequest {
  readonly method?: string | undefined
  /** Absolute, or a path with its query. */
  readonly url?: string | undefined
  /** Names in lower case, unless it has `get`. */
  readonly headers: HeaderBag
  /**
   * For `backchannelLogout`: text, bytes, or the members that a parser of forms has made; or a function that returns one
   * of these, called only where a body is needed.
   */
  readonly body?: unknown
}

/** A request as the routes read it. */
export interface Visit {
  readonly call: Call
  readonly query: URLSearchParams
  /** Members of a form in the body. @throws AuthError REQUEST_REFUSED, BODY_TYPE_REFUSED, BODY_TOO_LARGE */
  form(): Promise<URLSearchParams>
}

const mostBytes = 65_536

/**
 * Reads a request.
 *
 * @example visitOf(request).query.getAll('code')
 */
export function visitOf(request: SiteRequest): Visit {
  const { method, url = '', headers } = request
  const target = url.startsWith('/') ? url : afterOrigin(url)
  const mark = target.indexOf('?')
  const query = mark < 0 ? undefined : target.slice(mark + 1)
  const call: Call = {
    kind: 'http',
    method: method?.toUpperCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    query,
    header: (name) => valuesOf(headers, name),
    setHeader: () => undefined,
  }
  return { call, query: new URLSearchParams(query), form: () => formOf(request, call) }
}

function afterOrigin(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  return start < 0 ? '/' : url.slice(start)
}

function valuesOf(headers: HeaderBag, name: string): readonly string[] {
  if (typeof headers.get === 'function') {
    const value: unknown = headers.get(name)
    return typeof value === 'string' ? [value] : []
  }
  const value: unknown = (headers as Readonly<Record<string, unknown>>)[name] // no `get`, so names and values
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' ? [value] : []
}

async function formOf(request: SiteRequest, call: Call): Promise<URLSearchParams> {
  const { body: given } = request
  const body: unknown = typeof given === 'function' ? await (given as () => unknown)() : given // one without parameters
  const [type = ''] = call.header('content-type')
  if (readContentType(type)?.name !== 'application/x-www-form-urlencoded')
    throw new AuthError('BODY_TYPE_REFUSED')
  if (typeof body === 'string') return parse(body)
  if (isBytes(body)) return parse(Buffer.from(body).toString())
  if (typeof body !== 'object' || body === null) throw new AuthError('REQUEST_REFUSED')
  const members = Object.entries(body).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )
  return new URLSearchParams(members)
}

function parse(text: string): URLSearchParams {
  if (text.length > mostBytes) throw new AuthError('BODY_TOO_LARGE')
  return new URLSearchParams(text)
}

/**
 * A parameter that may be there once; undefined when it is not, or empty (RFC 6749 section 3.1).
 *
 * @throws AuthError REQUEST_REFUSED for one that is there twice
 * @example parameter(visit.query, 'code')
 */
export function parameter(parameters: URLSearchParams, name: string): string | undefined {
  const [value, second] = parameters.getAll(name)
  if (second !== undefined) throw new AuthError('REQUEST_REFUSED')
  return value === '' ? undefined : value
}

/** Path and query of a request, as sent. */
export function placeOf({ call: { path, query } }: Pick<Visit, 'call'>): string {
  return query === undefined || query === '' ? path : `${path}?${query}`
}

/**
 * Whether a browser loads a page for its user: no prefetch, no frame, no script. Browsers without Fetch Metadata do not
 * say; they count as loading one.
 */
export function isPageVisit({ call }: Visit): boolean {
  const purposes = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'].flatMap((name) =>
    call.header(name),
  )
  if (purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose))) return false
  const dest = call.header('sec-fetch-dest')
  return call.method === 'GET' && (dest.length === 0 || dest.join() === 'document')
}
