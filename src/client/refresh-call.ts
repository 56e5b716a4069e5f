import { notify } from '../foundation/listener.js'
import { abortAfter } from './abort-after.js'
import { ClientError } from './errors.js'
import { readPair, type StoredSession } from './pair.js'
import { type SessionPolicy } from './session-options.js'

/** Presents a session's refresh token: the next session, or undefined when the server has ended it. */
export type RefreshCall = (session: StoredSession) => Promise<StoredSession | undefined>

/** An attempt that failed. After REFRESH_UNAVAILABLE it is unknown whether the server has rotated. */
interface Failure {
  readonly code: 'REFRESH_UNAVAILABLE' | 'REFRESH_FAILED'
  readonly cause: unknown
  /** Seconds that the server asks for. */
  readonly retryAfter?: number
}

/** Doubled by each failure, the first one too. */
const basePauseMs = 100
const longestPauseMs = 60_000
/** Seconds. A wrong `Retry-After`, or a wrong clock, must not stop a session for longer. */
const longestRetryAfter = 300
const mostAttempts = 4

/**
 * Makes the calls of one session to its refresh endpoint.
 *
 * A call presents the same refresh token until an answer arrives: within its grace the server returns the same
 * successor again, so a lost answer does no harm. After a failure no call asks the endpoint before a pause has passed:
 * twice the pause before, or the server's `Retry-After` if that is longer. A call waits for a pause that ends within
 * `grace`, and rejects at once if it does not.
 *
 * They reject with ClientError REFRESH_UNAVAILABLE or REFRESH_FAILED; its `retryAfter` is what is left of the pause.
 *
 * @example const stored = await createRefreshCall(policy)(held.stored)
 */
export function createRefreshCall(policy: SessionPolicy): RefreshCall {
  let failures = 0
  let notBefore = 0
  let last: Failure | undefined
  return async (session) => {
    const deadline = performance.now() + policy.grace * 1000
    for (let tried = false; ; tried = true) {
      const waitMs = notBefore - performance.now()
      if (last && (notBefore > deadline || (tried && failures >= mostAttempts))) {
        if (tried) notify(policy.onEvent, { kind: 'refresh-failed', code: last.code })
        throw new ClientError(last.code, { ...last, retryAfter: Math.ceil(waitMs / 1000) })
      }
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      const result = await present(policy, session)
      if (!result || !('code' in result)) {
        failures = notBefore = 0
        return result
      }
      last = result
      // A wrong endpoint is not asked again by the same call.
      failures += last.code === 'REFRESH_FAILED' ? mostAttempts : 1
      notBefore = performance.now() + pauseAfter(last, failures)
    }
  }
}

function pauseAfter({ retryAfter = 0 }: Failure, failures: number): number {
  const ms = Math.min(basePauseMs * 2 ** failures, longestPauseMs)
  // Half of the pause is random: clients that failed together must not return together.
  return Math.max(ms * (0.5 + Math.random() / 2), retryAfter * 1000)
}

/** 401 and `invalid_grant` end the session; a failing server does not; anything else means a wrong endpoint. */
async function present(
  policy: SessionPolicy,
  session: StoredSession,
): Promise<StoredSession | Failure | undefined> {
  const { fetch, endpoint, timeout, now, cookies } = policy
  try {
    const signal = abortAfter(timeout * 1000)
    const response = await fetch(endpoint, { ...requestOf(policy, session), signal })
    const text = await response.text()
    const { ok, status, headers } = response
    if (status === 401 || (status === 400 && /"invalid_grant"/.test(text))) return undefined
    if (ok) {
      const body: unknown = JSON.parse(cookies ? text || '{}' : text)
      const stored = readPair(body, { now: now(), kept: session, cookies })
      if (stored) return stored
    }
    const cause = new Error(`the refresh endpoint answered ${String(status)}`)
    if (status < 500 && status !== 429 && status !== 408) return { code: 'REFRESH_FAILED', cause }
    const retryAfter = readRetryAfter(headers.get('retry-after') ?? '', now())
    return { code: 'REFRESH_UNAVAILABLE', cause, retryAfter }
  } catch (cause) {
    // No answer, a partial one, or one that is not JSON: it is unknown whether the server rotated.
    return { code: 'REFRESH_UNAVAILABLE', cause }
  }
}

function requestOf(
  { cookies, clientId }: SessionPolicy,
  { refreshToken = '' }: StoredSession,
): RequestInit {
  const credentials = cookies ? 'same-origin' : 'omit'
  const request = { method: 'POST', redirect: 'error', cache: 'no-store', credentials } as const
  if (cookies) return request
  if (clientId === undefined) {
    const headers = { 'content-type': 'application/json' }
    return { ...request, headers, body: JSON.stringify({ refreshToken }) }
  }
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }
  return { ...request, body: new URLSearchParams(fields) }
}

/** Seconds, or a date (RFC 9110 section 10.2.3). */
function readRetryAfter(field: string, now: number): number {
  const seconds = /^\d+$/.test(field) ? Number(field) : Date.parse(field) / 1000 - now
  return Math.min(seconds || 0, longestRetryAfter)
}
