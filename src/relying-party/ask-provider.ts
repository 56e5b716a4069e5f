import { within } from '../foundation/deadline.js'
import { readBody } from '../key-sources/remote/download.js'
import type { GuardedFetch } from '../key-sources/remote/guarded-fetch.js'
import { RemoteProblem } from '../key-sources/remote/problem.js'
import { parseStrictObject } from '../token/json/json.js'

/** One request to the provider. */
export interface ProviderRequest {
  readonly fetch: GuardedFetch
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
  /** Sent by POST; undefined: a GET. */
  readonly form?: URLSearchParams
}

/** A JSON answer of the provider. */
export interface ProviderAnswer {
  readonly status: number
  readonly document: Readonly<Record<string, unknown>>
}

const maxDepth = 16

/**
 * Asks the provider and reads the JSON object that comes back, whatever its status: no redirect, at most 256 KiB, all of
 * it within the time limit.
 *
 * @throws RemoteProblem, or what the network threw
 * @example const { status, document } = await askProvider(tokenEndpoint, { fetch, timeoutMs, headers, form })
 */
export async function askProvider(url: URL, asked: ProviderRequest): Promise<ProviderAnswer> {
  const stop = new AbortController()
  const late = () => new RemoteProblem('timeout', 'the server did not answer in time')
  try {
    return await within(asked.timeoutMs, () => send(url, asked, stop.signal), { late })
  } finally {
    // Do not read the rest of the answer.
    stop.abort()
  }
}

async function send(
  url: URL,
  { fetch, headers, form }: ProviderRequest,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const posted = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(url, {
    headers: {
      ...{ accept: 'application/json', 'accept-encoding': 'identity' },
      ...(form === undefined ? {} : posted),
      ...headers,
    },
    ...(form === undefined ? {} : { method: 'POST' as const, body: form.toString() }),
    redirect: 'manual',
    signal,
  })
  const { status } = response
  const isRedirect = response.redirected === true || (status >= 300 && status < 400)
  if (isRedirect || response.type === 'opaqueredirect')
    throw new RemoteProblem(
      'redirect',
      'the server answered with a redirect, which is not followed',
    )
  const read = parseStrictObject(await readBody(response, signal), { maxDepth, rounded: true })
  if (read.ok) return { status, document: read.object }
  throw status >= 500
    ? new RemoteProblem('status', `the server answered with status ${String(status)}`)
    : new RemoteProblem('not JSON', 'the answer is not one strict JSON object')
}
