import { within } from '../foundation/deadline.js'
import { readBody } from '../key-sources/remote/download.js'
import type { GuardedFetch } from '../key-sources/remote/guarded-fetch.js'
import { RemoteProblem } from '../key-sources/remote/problem.js'
import { parseStrictObject } from '../token/json/json.js'

/** One POST of a form to the provider. */
export interface FormPost {
  readonly fetch: GuardedFetch
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly form: URLSearchParams
}

/** A JSON answer of the provider. */
export interface PostAnswer {
  readonly status: number
  readonly document: Readonly<Record<string, unknown>>
}

const maxDepth = 16

/**
 * Posts a form and reads the JSON object that comes back, whatever its status: no redirect, at most 256 KiB, all of it
 * within the time limit.
 *
 * @throws RemoteProblem, or what the network threw
 * @example const { status, document } = await postForm(tokenEndpoint, { fetch, timeoutMs, headers, form })
 */
export async function postForm(url: URL, post: FormPost): Promise<PostAnswer> {
  const stop = new AbortController()
  const late = () => new RemoteProblem('timeout', 'the server did not answer in time')
  try {
    return await within(post.timeoutMs, () => send(url, post, stop.signal), { late })
  } finally {
    // Do not read the rest of the answer.
    stop.abort()
  }
}

async function send(url: URL, post: FormPost, signal: AbortSignal): Promise<PostAnswer> {
  const response = await post.fetch(url, {
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded',
      ...post.headers,
    },
    method: 'POST',
    body: post.form.toString(),
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
