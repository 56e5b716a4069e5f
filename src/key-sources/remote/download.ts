import { within } from '../../foundation/deadline.js'
import { parseStrictObject } from '../../token/json/json.js'
import type { Fetch, FetchedAnswer } from './guarded-fetch.js'
import { RemoteProblem } from './problem.js'
import { codeOf, isBytes, isError } from '../../foundation/realms.js'

/** How to request one document. */
export interface Download {
  readonly fetch: Fetch
  readonly timeoutMs: number
  /** Accepted media types, without parameters. */
  readonly types: readonly string[]
  /** `ETag` of the document already held. */
  readonly etag?: string | undefined
}

/** A JSON document, or the confirmation that the held one is still the newest. */
export type Downloaded =
  | { readonly kind: 'unchanged'; readonly headers: FetchedAnswer['headers'] }
  | {
      readonly kind: 'document'
      readonly document: Readonly<Record<string, unknown>>
      readonly headers: FetchedAnswer['headers']
    }

const mostBytes = 262_144
const maxDepth = 16

/**
 * Fetches one JSON object within strict limits: no redirect, status 200 or 304, the right media type, at most
 * 256 KiB, all of it within the time limit.
 *
 * @throws RemoteProblem
 * @example await download(url, { fetch, timeoutMs: 3000, types: ['application/jwk-set+json'] })
 */
export async function download(url: URL, request: Download): Promise<Downloaded> {
  const stop = new AbortController()
  const late = () => new RemoteProblem('timeout', 'the server did not answer in time')
  try {
    return await within(request.timeoutMs, () => get(url, request, stop.signal), { late })
  } catch (error) {
    throw error instanceof RemoteProblem ? error : unreachable(error)
  } finally {
    // Do not read the rest of the answer.
    stop.abort()
  }
}

async function get(url: URL, request: Download, signal: AbortSignal): Promise<Downloaded> {
  const { fetch, types, etag } = request
  const response = await fetch(url, {
    headers: {
      accept: types.join(', '),
      'accept-encoding': 'identity',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    },
    redirect: 'manual',
    signal,
  })
  const { status, headers } = response
  if (status === 304 && etag !== undefined) return { kind: 'unchanged', headers }
  checkHead(response, types)
  const parsed = parseStrictObject(await readBody(response, signal), { maxDepth })
  if (!parsed.ok) throw new RemoteProblem('not JSON', 'the answer is not one strict JSON object')
  return { kind: 'document', document: parsed.object, headers }
}

function checkHead(response: FetchedAnswer, types: readonly string[]): void {
  const { status, headers } = response
  if (response.redirected === true || response.type === 'opaqueredirect' || isRedirect(status))
    throw new RemoteProblem(
      'redirect',
      'the server answered with a redirect, which is not followed',
    )
  if (status !== 200)
    throw new RemoteProblem('status', `the server answered with status ${String(status)}`)
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === undefined || !types.includes(type))
    throw new RemoteProblem('content type', `the answer is not of type ${types.join(' or ')}`)
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

/**
 * The body of an answer, at most 256 KiB of it.
 *
 * @throws RemoteProblem
 * @example await readBody(response, signal)
 */
export async function readBody(response: FetchedAnswer, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = new RemoteProblem(
    'too large',
    `the answer is longer than ${String(mostBytes)} bytes`,
  )
  if (Number(response.headers.get('content-length')) > mostBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body === null) return Buffer.alloc(0)
  for await (const chunk of response.body) {
    // A custom fetch may ignore the signal: the rest of a late answer is not read.
    if (signal.aborted) break
    // Of text, a custom fetch that decodes, the length is unknown, and with it the limit.
    if (!isBytes(chunk)) throw new RemoteProblem('network', 'the body of the answer is not bytes')
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Messages of network errors name hosts and ports; use their codes instead. */
function unreachable(cause: unknown): RemoteProblem {
  const code = codeOf(cause) ?? (isError(cause) ? codeOf(cause.cause) : undefined)
  const detail = code === undefined ? '' : ` (${code})`
  return new RemoteProblem('network', `the server could not be reached${detail}`, { cause })
}
