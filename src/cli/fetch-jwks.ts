import { badUsage, keysUnavailable } from './command-error.js'
import type { Io } from './io.js'

const deadlineMs = 5000
const mostBytes = 262_144
const loopback = ['localhost', '127.0.0.1', '[::1]']

/** Whether `--jwks` is a URL rather than a file. */
export function isUrl(place: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(place)
}

/**
 * Fetches a JWK set from its URL, once: https (http for this machine only), no redirect, five seconds, 256 KiB. Returns
 * the JSON, not yet checked.
 *
 * @throws CommandError: bad usage for the URL; KEYS_UNAVAILABLE for every other failure
 * @example await fetchJwks('https://auth.example/.well-known/jwks.json', io)
 */
export async function fetchJwks(address: string, io: Io): Promise<unknown> {
  const url = checkUrl(address)
  try {
    const response = await io.fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    if (response.status !== 200)
      throw keysUnavailable(`--jwks: the server answered ${String(response.status)}`)
    return JSON.parse(await readBody(response)) as unknown
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error) throw error
    throw keysUnavailable(`--jwks: ${reasonOf(error)}`)
  }
}

function checkUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url) throw badUsage('--jwks: is not a URL')
  if (url.username !== '' || url.password !== '')
    throw badUsage('--jwks: must not contain a user name or password')
  const isFromHere = url.protocol === 'http:' && loopback.includes(url.hostname)
  if (url.protocol === 'https:' || isFromHere) return url
  throw badUsage('--jwks: must be an https URL; http is for this machine only')
}

async function readBody(response: Response): Promise<string> {
  // fetch returns bytes, which the type definitions leave open.
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (!body) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > mostBytes) throw keysUnavailable('--jwks: the set is longer than 256 KiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the server answered with something that is not JSON'
  if (error instanceof Error && error.name === 'TimeoutError')
    return 'the server did not answer in 5 seconds'
  return 'the server cannot be reached'
}
