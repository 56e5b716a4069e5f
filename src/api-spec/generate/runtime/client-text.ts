/** `send.ts` of a generated project: what its client does for every route. */
export const sendText = String.raw`// What the client does for every route. Generated: changes are lost.

/** Where the client's access token comes from. Asked for guarded routes only. */
export interface Tokens {
  /** The token to send; undefined when there is none yet. */
  current(): string | undefined
  /** Gets another one; undefined when that cannot be done. Called once at a time, however many calls wait for it. */
  refresh(): Promise<string | undefined>
}

export interface ClientOptions {
  /** For example https://api.example; a path in it goes before every route. */
  readonly baseUrl: string
  /** Without it guarded routes are called without a token. */
  readonly tokens?: Tokens
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** An answer other than 2xx. */
export class ApiError extends Error {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    super('the server answered ' + String(status))
    this.name = 'ApiError'
    this.status = status
    this.body = body
  }
}

/** How one route is called. */
export interface RouteCall {
  readonly method: string
  readonly path: string
  readonly guarded: boolean
  /** Members that are not part of the body, and where they go. */
  readonly from: Readonly<Record<string, 'form' | 'path' | 'header'>>
  readonly body: boolean
}

export type Send = (route: RouteCall, request: object, options?: CallOptions) => Promise<Response>

/**
 * Tokens kept in memory. renew gets a new access token, usually with a refresh token it keeps to itself.
 */
export function memoryTokens(renew: () => Promise<string | undefined>, first?: string): Tokens {
  let token = first
  return {
    current: () => token,
    refresh: async () => (token = await renew()),
  }
}

export function createSend({ baseUrl, tokens, fetch = globalThis.fetch }: ClientOptions): Send {
  const renewed = onceAtATime(tokens)
  const attempt = (route: RouteCall, request: object, { token, signal }: Attempt) => {
    const { url, headers, body } = build(baseUrl, route, request)
    if (token !== undefined) headers.set('authorization', 'Bearer ' + token)
    // A guarded call follows no redirect: the token is for this server.
    const redirect = route.guarded ? 'error' : 'follow'
    return fetch(url, { method: route.method, headers, redirect, ...(body === undefined ? {} : { body }), ...(signal === undefined ? {} : { signal }) })
  }
  return async (route, request, { signal } = {}) => {
    if (!route.guarded || tokens === undefined) return checked(await attempt(route, request, { token: undefined, signal }))
    const token = tokens.current() ?? (await renewed(undefined))
    const response = await attempt(route, request, { token, signal })
    if (response.status !== 401) return checked(response)
    const other = await renewed(token)
    if (other === undefined || other === token) return checked(response)
    await response.body?.cancel()
    return checked(await attempt(route, request, { token: other, signal }))
  }
}

interface Attempt {
  readonly token: string | undefined
  readonly signal: AbortSignal | undefined
}

/** One refresh for all calls whose token was refused; a call that is late finds the new token already there. */
function onceAtATime(tokens: Tokens | undefined): (refused: string | undefined) => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined
  return async (refused) => {
    const current = tokens?.current()
    if (current !== undefined && current !== refused && running === undefined) return current
    running ??= (tokens?.refresh() ?? Promise.resolve(undefined)).finally(() => {
      running = undefined
    })
    return running
  }
}

function build(baseUrl: string, route: RouteCall, request: object): { url: string; headers: Headers; body: string | undefined } {
  const headers = new Headers({ accept: 'application/json' })
  const query = new URLSearchParams()
  const body: Record<string, unknown> = {}
  let path = route.path
  for (const [name, value] of Object.entries(request) as [string, unknown][]) {
    if (value === undefined) continue
    const place = Object.hasOwn(route.from, name) ? route.from[name] : undefined
    if (place === 'path') path = path.split('/').map((segment) => (segment === ':' + name ? pathSegment(value) : segment)).join('/')
    else if (place === 'form') for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each))
    else if (place === 'header') headers.set(name, String(value))
    else body[name] = value
  }
  const search = query.size === 0 ? '' : '?' + query.toString()
  if (!route.body) return { url: baseUrl.replace(/\/$/, '') + path + search, headers, body: undefined }
  headers.set('content-type', 'application/json')
  return { url: baseUrl.replace(/\/$/, '') + path + search, headers, body: JSON.stringify(body) }
}

/** Dots alone would be read as a way up, to a route nobody asked for. */
function pathSegment(value: unknown): string {
  const text = encodeURIComponent(String(value))
  if (text === '' || text === '.' || text === '..') throw new TypeError('a path parameter is empty or dots only')
  return text
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  throw new ApiError(response.status, await bodyOf(response))
}

export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The events of a text/event-stream answer, each one JSON text. */
export async function* eventsOf(response: Response): AsyncGenerator<unknown> {
  if (response.body === null) return
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + decoder.decode(part.value, { stream: true })).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) yield JSON.parse(event.replace(/^data: ?/, ''))
    }
  } finally {
    await reader.cancel()
  }
}
`
