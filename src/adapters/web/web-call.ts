import { type Call } from '../../gate/call.js'
import { keepContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'

/**
 * A call in the form of a Fetch `Request`. `headers` collects the headers for its response.
 *
 * `Headers` joins fields of one name with a comma, so two tokens are seen as a list.
 *
 * @example const call = webCall(request, { headers: new Headers() })
 */
export function webCall(
  request: Pick<Request, 'method' | 'url' | 'headers'>,
  { pattern, headers }: { readonly pattern?: string | undefined; readonly headers: Headers },
): Call {
  const { path, query } = target(request.url)
  return {
    kind: 'http',
    method: request.method,
    pattern,
    path,
    query,
    header: (name) => {
      const value = request.headers.get(name)
      return value === null ? [] : [value]
    },
    setHeader: (name, value) => {
      headers.set(name, value)
    },
  }
}

/**
 * The response to a refused call; an empty 503 if the gate's answer cannot be sent.
 *
 * @example return webRefusal(gate, { error, request })
 */
export function webRefusal<C>(
  gate: Pick<Gate<C>, 'respond'>,
  { error, request }: { readonly error: unknown; readonly request: Pick<Request, 'method'> },
): Response {
  try {
    return toResponse(gate.respond(error), request)
  } catch {
    const headers = { 'Cache-Control': 'no-store', 'Retry-After': '1' }
    return new Response(null, { status: 503, headers })
  }
}

/**
 * A stream that runs in the current context, whenever it is read and by any reader. Outside a context, the same stream.
 *
 * @example new Response(streamInContext(body), response)
 */
export function streamInContext(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const keep = keepContext()
  if (keep === undefined) return stream
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader()
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        keep(async () => {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        }),
      cancel: (reason) => keep(() => reader.cancel(reason)),
    },
    { highWaterMark: 0 },
  )
}

/** Decodes and resolves nothing; a fragment, which no client sends, stays in the path and is refused there. */
function target(url: string): { path: string; query: string | undefined } {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const rest = start < 0 ? '/' : url.slice(start)
  const mark = rest.indexOf('?')
  return mark < 0
    ? { path: rest, query: undefined }
    : { path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

/**
 * The answer as a response, checked: some servers bring a `Response` that checks its parts only when it is sent, too late
 * for another answer.
 *
 * @throws RangeError, TypeError for an answer that cannot be sent
 */
export function toResponse(
  { status, headers, body }: Refusal,
  request: Pick<Request, 'method'>,
): Response {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('status')
  const checked = new Headers({ ...headers })
  // Text would set its own content type.
  const sent = body === '' || request.method === 'HEAD' ? null : body
  return new Response(sent, { status, headers: checked })
}
