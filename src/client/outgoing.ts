import { pageUrl } from './origins.js'

// Derived from `fetch`: not every platform names these types.
type Input = Parameters<typeof fetch>[0]
type Redirect = NonNullable<RequestInit['redirect']>
type Body = NonNullable<RequestInit['body']>

/** An outgoing call, as `fetch` was called; changed only by redirects. */
export interface Outgoing {
  readonly url: URL
  readonly method: string
  /** The caller's own headers, without the token. */
  readonly headers: Headers
  readonly body: OutgoingBody
  readonly redirect: Redirect
  /** All other options. */
  readonly rest: RequestInit
}

/** `once` can be sent only once; a `Request` is sent itself first, then from its copy. */
export type OutgoingBody =
  | { readonly kind: 'value' | 'once'; readonly value: Body | null }
  | { readonly kind: 'request'; readonly request: Request; readonly copy: Request }

/**
 * Reads the arguments of `fetch`.
 *
 * @throws TypeError as `fetch` does, for an invalid URL or request
 * @example readOutgoing('https://api.example/orders', { method: 'POST', body: '{}' })
 */
export function readOutgoing(input: Input, init: RequestInit = {}): Outgoing {
  if (input instanceof Request) return fromRequest(new Request(input, init))
  const { method = 'GET', headers, body, redirect = 'follow', ...rest } = init
  return {
    url: new URL(input, pageUrl()),
    method: method.toUpperCase() === 'PATCH' ? method : method.toUpperCase(),
    headers: withContentType(new Headers(headers), body),
    body: readBody(body),
    redirect,
    rest,
  }
}

/**
 * The arguments of `fetch` for one hop; `again`: the body has been sent before.
 *
 * @example await fetch(...(await callOf(outgoing, { headers, redirect: 'manual' }, false)))
 */
export async function callOf(
  { url, method, body, rest }: Outgoing,
  settings: RequestInit,
  again: boolean,
): Promise<[Input, RequestInit]> {
  const isRequest = body.kind === 'request'
  if (isRequest && !again) return [new Request(body.request, settings), {}]
  // A copy of the copy: a redirect may need the body again after a retry.
  const value = isRequest ? await body.copy.clone().arrayBuffer() : body.value
  return [url, { ...rest, method, body: value, ...settings }]
}

function fromRequest(request: Request): Outgoing {
  const { url, method, headers, redirect } = request
  const { cache, credentials, integrity, keepalive, mode, referrerPolicy, signal } = request
  const rest = { cache, credentials, integrity, keepalive, mode, referrerPolicy, signal }
  return {
    url: new URL(url),
    method,
    headers: new Headers(headers),
    body:
      request.body === null
        ? { kind: 'value', value: null }
        : { kind: 'request', request, copy: request.clone() },
    redirect,
    rest,
  }
}

function readBody(body: Body | null = null): OutgoingBody {
  return { kind: isReplayable(body) ? 'value' : 'once', value: body }
}

function isReplayable(body: Body | null): boolean {
  return (
    body === null ||
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    [ArrayBuffer, URLSearchParams, Blob, FormData].some((type) => body instanceof type)
  )
}

/** Sets it as `fetch` would, so that it can be removed when a redirect turns the call into a GET. */
function withContentType(headers: Headers, body: Body | null | undefined): Headers {
  if (typeof body === 'string' && !headers.has('content-type'))
    headers.set('content-type', 'text/plain;charset=UTF-8')
  return headers
}
