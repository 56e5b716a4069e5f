import { isText } from '../foundation/names.js'

/**
 * The answer to a login or a refresh: this package's own, an OAuth token response (RFC 6749 section 5.1), or go-zero's.
 */
export type PairResponse = Readonly<Record<string, unknown>>

/** A session in a {@link SessionStorage}. Times are Unix seconds of this machine's clock. */
export interface StoredSession {
  /** Undefined in cookie mode, as is the refresh token. */
  readonly accessToken?: string
  readonly refreshToken?: string
  /** When to refresh ahead of need; null when the server names no time. */
  readonly refreshAt: number | null
  /** When the access token expires; null when the server names no time. */
  readonly expiresAt: number | null
}

/**
 * Reads a server's answer. Times are computed from the token's lifetime, so a wrong local clock does no harm; the
 * server's absolute times are used only if the answer has no lifetime.
 *
 * @returns undefined when the answer has no tokens
 * @example readPair({ accessToken, refreshToken, expiresIn: 900, accessExpire, refreshAfter }, { now })
 */
export function readPair(
  response: unknown,
  { now, kept, cookies = false }: { now: number; kept?: StoredSession; cookies?: boolean },
): StoredSession | undefined {
  const record = Object(response) as PairResponse // to look its members up
  const member = (camel: string, snake: string) => record[camel] ?? record[snake]
  const times = readTimes(member, now)
  if (cookies) return Object.freeze(times)
  const accessToken = member('accessToken', 'access_token')
  // A server that does not rotate omits it (RFC 6749 section 6).
  const refreshToken = member('refreshToken', 'refresh_token') ?? kept?.refreshToken
  if (!isText(accessToken) || !isText(refreshToken)) return undefined
  return Object.freeze({ accessToken, refreshToken, ...times })
}

type Member = (camel: string, snake: string) => unknown

function readTimes(
  member: Member,
  now: number,
): { refreshAt: number | null; expiresAt: number | null } {
  const life = number(member('expiresIn', 'expires_in'))
  const absolute = number(member('accessExpire', 'access_expire'))
  const expiresAt = life === null ? absolute : now + life
  // No server issues tokens that have expired: the clock is wrong, and calls learn of the end by a 401.
  if (expiresAt === null || expiresAt <= now) return { refreshAt: null, expiresAt: null }
  // What the server's clock says more than ours.
  const ahead = absolute === null ? 0 : absolute - expiresAt
  const after = number(member('refreshAfter', 'refresh_after'))
  // Drawn anew each time: a thief cannot refresh in step with the owner.
  const drawn = now + (expiresAt - now) * (0.5 + 0.3 * Math.random())
  return { expiresAt, refreshAt: after === null ? drawn : Math.min(after - ahead, expiresAt) }
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
