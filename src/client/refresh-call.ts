import { ClientError } from './errors.js'
import { readPair, type StoredSession } from './pair.js'
import { type SessionPolicy } from './session-options.js'

/** The result of a refresh. */
export type RefreshResult =
  | { readonly kind: 'renewed'; readonly stored: StoredSession }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly error: ClientError }

/** One attempt; `lost`: the server may have answered, but no answer arrived. */
type Attempt =
  RefreshResult | { readonly kind: 'lost'; readonly cause: unknown; readonly retryAfter?: number }

const firstPauseMs = 200
const mostAttempts = 4

/**
 * Presents the same refresh token until an answer arrives: within its grace the server returns the same successor
 * again, so a lost answer does no harm.
 *
 * Never rejects.
 *
 * @example await requestRefresh(policy, held.stored)
 */
export async function requestRefresh(
  policy: SessionPolicy,
  session: StoredSession,
): Promise<RefreshResult> {
  const start = performance.now()
  let pauseMs = firstPauseMs
  for (let attempt = 1; ; attempt++) {
    const result = await present(policy, session)
    if (result.kind !== 'lost') return result
    // Half of the pause is random: clients that failed together must not return together.
    const waitMs = Math.max(pauseMs * (0.5 + Math.random() / 2), (result.retryAfter ?? 0) * 1000)
    const { cause, retryAfter } = result
    if (attempt === mostAttempts || performance.now() - start + waitMs > policy.grace * 1000)
      return {
        kind: 'failed',
        error: new ClientError('REFRESH_UNAVAILABLE', {
          cause,
          ...(retryAfter === undefined ? {} : { retryAfter }),
        }),
      }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    pauseMs *= 2
  }
}

async function present(policy: SessionPolicy, session: StoredSession): Promise<Attempt> {
  const { fetch, endpoint, timeout, now, cookies } = policy
  try {
    const signal = AbortSignal.timeout(timeout * 1000)
    const response = await fetch(endpoint, { ...requestOf(policy, session), signal })
    const text = await response.text()
    const refused = refusalOf(response, text)
    if (refused) return refused
    const body: unknown = cookies && text === '' ? {} : JSON.parse(text)
    const stored = readPair(body, { now: now(), kept: session, cookies })
    return stored === undefined ? failed(response.status) : { kind: 'renewed', stored }
  } catch (cause) {
    // No answer, a partial one, or one that is not JSON: it is unknown whether the server rotated.
    return { kind: 'lost', cause }
  }
}

function requestOf(
  { cookies, clientId }: SessionPolicy,
  { refreshToken = '' }: StoredSession,
): RequestInit {
  const shared = { method: 'POST', redirect: 'error', cache: 'no-store' } as const
  if (cookies) return { ...shared, credentials: 'same-origin' }
  const request = { ...shared, credentials: 'omit' } as const
  if (clientId === undefined)
    return {
      ...request,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    }
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }
  return { ...request, body: new URLSearchParams(form) }
}

/** 401 and `invalid_grant` end the session; a failing server does not; anything else means a wrong endpoint. */
function refusalOf(response: Response, text: string): Attempt | undefined {
  if (response.ok) return undefined
  const { status } = response
  if (status === 401 || (status === 400 && /"invalid_grant"/.test(text))) return { kind: 'refused' }
  if (status < 500 && status !== 429 && status !== 408) return failed(status)
  const seconds = Number(response.headers.get('retry-after') ?? undefined)
  const cause = new Error(`the refresh endpoint answered ${String(status)}`)
  return { kind: 'lost', cause, ...(Number.isFinite(seconds) ? { retryAfter: seconds } : {}) }
}

function failed(status: number): Attempt {
  const cause = new Error(`the refresh endpoint answered ${String(status)}`)
  return { kind: 'failed', error: new ClientError('REFRESH_FAILED', { cause }) }
}
