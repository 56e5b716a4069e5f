/**
 * What generated clients do for every route. It runs in browsers too.
 */

import { jwtClient, type ClientOptions as JwtClientOptions } from '../../client/client.js'
import { type TokenSource } from '../../client/source.js'
import { brand, inherits, isBranded } from '../../foundation/brand.js'
import { parseExact } from '../../token/json/exact-json.js'
import { toJson, writeJson } from '../../token/json/write-json.js'
import { type Reader } from './schema/schema.js'

/** Where the server is and how its token is sent, by default as a bearer token (RFC 6750). */
export interface ClientOptions extends Pick<
  JwtClientOptions,
  'header' | 'scheme' | 'fetch' | 'onStepUp' | 'onEvent'
> {
  /** For example https://api.example; a path in it goes before every route. */
  readonly baseUrl: string
  /** Where the tokens of guarded routes come from: `fromSession` of `jotgate/client`, or your own. Default: none are sent. */
  readonly source?: TokenSource
  /**
   * Whether calls take the browser's cookies along, for guards that take a token from one. Default: the platform's, to the page's
   * own origin only. `include` also to another host of the site; `omit` where a source gives tokens for the header, since a server
   * refuses a call with both.
   */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
}

/** What a caller may add to one call. */
export interface CallOptions {
  readonly signal?: AbortSignal
}

/** A file to send: a `File` brings its own name, and React Native has its files by their address. */
export type UploadFile =
  Blob | { readonly uri: string; readonly name: string; readonly type: string }

/** The same for a route that takes files. */
export interface UploadOptions extends CallOptions {
  /** The files of the form, by the name of their field. */
  readonly files?: Readonly<Record<string, UploadFile | readonly UploadFile[]>>
}

/**
 * An answer other than 2xx.
 *
 * @example if (error instanceof ApiError && error.status === 404) showMissing()
 */
export class ApiError extends Error {
  readonly status: number
  /** The parsed JSON, or the text; undefined without a body. */
  readonly body: unknown

  constructor(status: number, body: unknown) {
    super(`the server answered ${String(status)}`)
    this.name = 'ApiError'
    this.status = status
    this.body = body
    brand(this, 'ApiError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === ApiError ? isBranded(given, 'ApiError/1') : inherits(given, this)
  }
}

/** How one route is called. */
export interface RouteCall {
  readonly method: string
  readonly path: string
  /** Sent with a token. */
  readonly guarded?: true
  /** Members that are not part of the body, and where they go. */
  readonly from?: Readonly<Record<string, 'form' | 'path' | 'header'>>
  /** The other members are sent as JSON. */
  readonly body?: true
  /** Members of `form` are sent in the body. Default: in the query. */
  readonly form?: true
  /** Integers beyond 2^53 in answers are read exactly, as a `bigint`. Default: they are rounded, as by `JSON.parse`. */
  readonly exact?: true
  /** The types of request and answer that have 64-bit numbers in them. */
  readonly request?: Reader
  readonly answer?: Reader
}

type Fetch = typeof globalThis.fetch
type Send<Result> = (route: RouteCall, request: object, options?: UploadOptions) => Promise<Result>

/** The two ways to call a route: for one answer, and for events. */
export interface Calls {
  readonly call: Send<unknown>
  readonly events: Send<AsyncGenerator>
}

/**
 * Calls routes. Guarded routes go through `jwtClient`, which refreshes ahead of need, and once more after a 401.
 *
 * @throws ConfigError when an option cannot work; TypeError when there is a source and `baseUrl` is no absolute URL
 * @example const { call } = createCalls({ baseUrl, source })
 */
export function createCalls({ baseUrl, source, credentials, ...settings }: ClientOptions): Calls {
  const open = withCredentials(settings.fetch ?? globalThis.fetch, credentials)
  const guarded =
    source === undefined
      ? open
      : jwtClient({
          ...settings,
          ...(credentials === undefined ? {} : { fetch: open }),
          ...{ source, origins: [new URL(baseUrl).origin] },
        }).fetch
  const send: Send<Response> = async (route, request, { signal, files } = {}) => {
    const { url, ...init } = build(baseUrl, { route, files }, request)
    const fetch = route.guarded === true ? guarded : open
    const { method } = route
    return checked(
      await fetch(url, { ...init, method, ...(signal === undefined ? {} : { signal }) }),
      readerOf(route),
    )
  }
  return {
    call: async (route, ...sent) => bodyOf(await send(route, ...sent), answerReader(route)),
    events: async (route, ...sent) => eventsOf(await send(route, ...sent), answerReader(route)),
  }
}

/** Outside `jwtClient`, which would take cookies along to the page's own origin alone. */
function withCredentials(fetch: Fetch, credentials: ClientOptions['credentials']): Fetch {
  return credentials === undefined ? fetch : (input, init) => fetch(input, { ...init, credentials })
}

interface Built {
  readonly url: string
  readonly headers: Headers
  readonly body?: string | FormData
}

interface Sent {
  readonly route: RouteCall
  readonly files: UploadOptions['files']
}

function build(baseUrl: string, { route, files }: Sent, request: object): Built {
  const headers = new Headers({ accept: 'application/json' })
  const form = new URLSearchParams()
  // Without a prototype: a member may be named `__proto__`. Object.create is typed as any.
  const body = Object.create(null) as Record<string, unknown>
  let { path } = route
  // Object.entries types the values as any.
  for (const [name, value] of Object.entries(request) as [string, unknown][]) {
    if (value === undefined) continue
    const place = placeOf(name, route)
    if (place === 'path') path = withParameter(path, name, value)
    else if (place === 'form')
      for (const each of Array.isArray(value) ? value : [value]) form.append(name, textOf(each))
    else if (place === 'header') headers.set(name, textOf(value))
    else body[name] = value
  }
  const whole = baseUrl.replace(/\/$/, '') + path
  if (route.form === true) return { url: whole, ...formBody(headers, form, files) }
  // Not every platform counts them (`size`).
  const query = form.toString()
  const url = query === '' ? whole : `${whole}?${query}`
  if (route.body !== true) return { url, headers }
  headers.set('content-type', 'application/json')
  return { url, headers, body: bodyText(body, route) }
}

function bodyText(body: object, { request }: RouteCall): string {
  const turn = request?.turn
  return turn === undefined ? toJson(body) : writeJson(turn(body, { at: '', way: 'out' }))
}

function formBody(
  headers: Headers,
  form: URLSearchParams,
  files: UploadOptions['files'],
): Omit<Built, 'url'> {
  if (files === undefined) {
    const body = form.toString()
    if (body === '') return { headers }
    headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
    return { headers, body }
  }
  const data = new FormData()
  for (const [name, value] of form) data.append(name, value)
  for (const [name, given] of Object.entries(files))
    for (const file of [given].flat()) data.append(name, file, fileName(file))
  // The platform names the content type, with the boundary.
  return { headers, body: data }
}

/** Of a Blob as platforms have it, but Bun: it sends none, and servers take that for a file input that was left empty. */
function fileName(file: UploadFile): string {
  return 'name' in file && typeof file.name === 'string' ? file.name : 'blob'
}

function placeOf(name: string, { from }: RouteCall): 'form' | 'path' | 'header' | undefined {
  return from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined
}

function withParameter(path: string, name: string, value: unknown): string {
  const segments = path.split('/')
  return segments
    .map((segment) => (segment === `:${name}` ? pathSegment(value) : segment))
    .join('/')
}

/** A plain value as it stands in a query, a path or a header. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value)
}

/** Dots alone would be read as a way up, to another route. */
function pathSegment(value: unknown): string {
  const text = encodeURIComponent(textOf(value))
  if (text === '' || text === '.' || text === '..')
    throw new TypeError('a path parameter is empty or dots only')
  return text
}

/** Makes a value of a JSON text. */
type ReadJson = (text: string) => unknown

function readerOf({ exact }: RouteCall): ReadJson {
  if (exact !== true) return (text) => JSON.parse(text) as unknown
  return (text) => {
    const value: unknown = JSON.parse(text) // checks the syntax
    return /\d{16}/.test(text) ? parseExact(text) : value
  }
}

function answerReader(route: RouteCall): ReadJson {
  const read = readerOf(route)
  const turn = route.answer?.turn
  return turn === undefined ? read : (text) => turn(read(text), { at: '', way: 'in' })
}

async function checked(response: Response, read: ReadJson): Promise<Response> {
  if (response.ok) return response
  throw new ApiError(response.status, await bodyOf(response, read))
}

async function bodyOf(response: Response, read: ReadJson): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return read(text)
  } catch {
    return text
  }
}

/** An answer; a platform without streams, such as React Native, has no `body` in it. */
interface Answer extends Pick<Response, 'text'> {
  readonly body?: Response['body']
}

/** The events of a text/event-stream answer, each one JSON text; without streams they come together at its end. */
async function* eventsOf(response: Answer, read: ReadJson): AsyncGenerator {
  const { body } = response
  if (body === undefined) {
    const events = (await response.text()).split('\n\n')
    for (const event of events.slice(0, -1)) yield read(dataOf(event))
    return
  }
  if (body === null) return
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + decoder.decode(part.value, { stream: true })).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) yield read(dataOf(event))
    }
  } finally {
    await reader.cancel()
  }
}

function dataOf(event: string): string {
  return event.replace(/^data: ?/, '')
}
