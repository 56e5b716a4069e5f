import { AuthError } from 'jotgate'
import { guardedFetch, within, type FetchedAnswer } from 'jotgate/extend'
import type { UsersElsewhere } from '../../configuration/configuration.js'
import { unusable } from './found-user.js'

/** An endpoint that answers JSON by POST. Its secret is read for each request, so that a mounted one can be replaced. */
export type Endpoint = Omit<Extract<UsersElsewhere, { kind: 'endpoint' }>, 'kind'>

/** Largest answer in bytes. */
const mostBytes = 65_536

/**
 * Sends JSON to a path below the endpoint, and returns the JSON of its answer. It follows no redirect, and connects only to
 * addresses within reach.
 *
 * @throws AuthError STORE_UNAVAILABLE: no answer in time, another status than 200, no JSON, too long
 * @example await askEndpoint(endpoint, 'find', { name: 'bob' }) // { user: { … } }
 */
export async function askEndpoint(
  endpoint: Endpoint,
  path: string,
  body: object,
): Promise<unknown> {
  const stop = new AbortController()
  const { timeoutMs } = endpoint
  try {
    return await within(timeoutMs, () => post(endpoint, path, { body, signal: stop.signal }), {
      late: () => unusable(placeOf(endpoint), `did not answer within ${String(timeoutMs)} ms`),
    })
  } catch (error) {
    if (error instanceof AuthError) throw error
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    const why = typeof code === 'string' ? ` (${code})` : ''
    throw unusable(placeOf(endpoint), `cannot be reached${why}`)
  } finally {
    stop.abort() // the rest of an answer is not read
  }
}

/** For the log: the address without what a path or a query may hold. */
function placeOf({ url }: Endpoint): string {
  return `the endpoint at ${new URL(url).host}`
}

async function post(
  endpoint: Endpoint,
  path: string,
  { body, signal }: { readonly body: object; readonly signal: AbortSignal },
): Promise<unknown> {
  const answer = await guardedFetch(endpoint.places)(new URL(`${endpoint.url}/${path}`), {
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${Buffer.from(endpoint.secret.read()).toString('utf8')}`,
    },
    redirect: 'manual',
    signal,
    body: JSON.stringify(body),
  })
  const where = placeOf(endpoint)
  if (answer.status !== 200) throw unusable(where, `answered with status ${String(answer.status)}`)
  const type = answer.headers.get('content-type') ?? ''
  if (!/^application\/json *(?:;|$)/i.test(type)) throw unusable(where, 'did not answer JSON')
  try {
    return JSON.parse(await readText(answer, where))
  } catch (error) {
    throw error instanceof SyntaxError ? unusable(where, 'did not answer JSON') : error
  }
}

async function readText({ body }: FetchedAnswer, where: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw unusable(where, 'answered too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
