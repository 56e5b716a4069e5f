import {
  AuthError,
  type Claims,
  type ErrorCode,
  type Revocation,
  type Sessions,
  type TokenResponse,
} from 'jotgate'
import type { SessionStore } from 'jotgate/extend'
import { z } from 'zod'
import type { SessionRights } from '../../sessions/rights.js'

/** The login of a browser at this service: the session that its cookie belongs to. */
export interface SsoLogin {
  /** Public name of the session: never handed out to a site. */
  readonly sid: string
  readonly subject: string
  /** When the user last proved who they are, in Unix seconds. */
  readonly authTime: number
  /** How (RFC 8176). */
  readonly amr: readonly string[]
  /** How strongly, if it is said. */
  readonly acr: string | undefined
  /** When the session ends at the latest, in Unix seconds. */
  readonly expiresAt: number
}

/** A login, and the `Set-Cookie` values that go with it. */
export interface KeptLogin {
  readonly login: SsoLogin
  readonly setCookie: readonly string[]
}

/** The sessions of browsers at this service, each with its refresh token in the cookie `__Host-sso`. */
export interface Sso {
  /**
   * The live login of a browser, rotated: undefined without a cookie, and for a session that has ended or expired. Three round
   * trips: the session, its user, the rotation.
   *
   * @param cookie the `Cookie` header
   * @throws AuthError STORE_UNAVAILABLE, KEYS_UNAVAILABLE, REFRESH_PENDING
   */
  find(cookie: string | undefined): Promise<KeptLogin | undefined>
  /**
   * What logs a user in at the browser with this cookie. The user of the session that it has goes on in that session, with a new
   * family of refresh tokens, so that it still ends all of its sites; the session of another user is ended.
   *
   * @param cookie the `Cookie` header
   */
  sessionsFor(cookie: string | undefined): Pick<Sessions, 'issue'>
  /** The login of tokens that `issue` has just made. */
  kept(tokens: TokenResponse): KeptLogin
  /** The `Set-Cookie` values that remove what `find` has no login for; none without a cookie of ours. */
  cleared(cookie: string | undefined): readonly string[]
  /**
   * Ends the session of a browser, and by it those of its sites that are not offline.
   *
   * @throws AuthError STORE_UNAVAILABLE
   */
  end(login: Pick<SsoLogin, 'sid' | 'subject'>): Promise<void>
  /** Whether the session has neither ended nor expired, as the store and the revocations say now. */
  isLive(sid: string): Promise<boolean>
  /** When a live session ends at the latest, in Unix seconds; undefined for one that is not live. */
  liveUntil(sid: string): Promise<number | undefined>
}

/** The client of the sessions of browsers: no registered client has such an id, and no user. */
export const ssoClient = 'sso'

/** What a browser's session may have: an audience that opens nothing, and no scope. */
export const ssoRights: SessionRights = {
  scopes: [],
  audiences: ['urn:jotgate:sso'],
  receivesRoles: false,
}

/** Times of the sessions of browsers, beside those of the configuration: requests of several tabs come at once. */
export const ssoTimes = { grace: 60, recoverWithin: 86_400 }

/** Options of {@link openSso}. */
export interface SsoParts {
  /** Made with {@link ssoRights} and {@link ssoTimes}. */
  readonly sessions: Pick<Sessions, 'issue' | 'refresh' | 'stepUp' | 'end'>
  readonly store: Pick<SessionStore, 'findBySid'>
  readonly revocation: Pick<Revocation, 'isSidRevoked'>
  /** Seconds. */
  readonly absoluteTtl: number
  readonly idleTtl: number
  /** Unix seconds, for tests. */
  readonly now?: () => number
}

/**
 * The sessions of browsers.
 *
 * @example const sso = openSso({ sessions, store: stores.sessions, revocation, absoluteTtl, idleTtl })
 */
export function openSso(parts: SsoParts): Sso {
  const { sessions, store, revocation, now = () => Math.floor(Date.now() / 1000) } = parts
  const kept = (tokens: TokenResponse): KeptLogin => ({
    login: readLogin(tokens),
    setCookie: [cookieOf(tokens.refreshToken, parts.idleTtl)],
  })
  const find: Sso['find'] = async (cookie) => {
    const token = readSsoCookie(cookie)
    if (token === undefined) return undefined
    const tokens = await sessions.refresh(token, { client: ssoClient }).catch(noLogin)
    return tokens && kept(tokens)
  }
  const end: Sso['end'] = async ({ sid, subject }) => {
    await sessions.end({ sid, subject })
  }
  const begin: Sessions['issue'] = (request) => {
    const endsBy = now() + parts.absoluteTtl
    const facts = { [expiry]: endsBy }
    const rights = { client: ssoClient, scope: '', audience: ssoRights.audiences }
    return sessions.issue({ ...request, ...rights, facts, endsBy })
  }
  return {
    ...{ find, kept, end },
    sessionsFor: (cookie) => ({
      issue: async (request) => {
        const login = (await find(cookie))?.login
        if (login?.subject === request.subject)
          return sessions.stepUp(login, request.authentication)
        const tokens = await begin(request)
        if (login !== undefined) await end(login)
        return tokens
      },
    }),
    cleared: (cookie) => (ssoCookies(cookie).length === 0 ? [] : [cookieOf('', 0)]),
    isLive: async (sid) => (await liveUntil({ store, revocation, now }, sid)) !== undefined,
    liveUntil: (sid) => liveUntil({ store, revocation, now }, sid),
  }
}

async function liveUntil(
  { store, revocation, now }: Pick<SsoParts, 'store' | 'revocation'> & { now: () => number },
  sid: string,
): Promise<number | undefined> {
  const session = await store.findBySid(sid)
  if (session === undefined || session.endedAt !== undefined) return undefined
  const isOver = Math.min(session.absoluteExpiry, session.idleExpiry) <= now()
  if (session.client !== ssoClient || isOver || revocation.isSidRevoked(sid)) return undefined
  return session.absoluteExpiry
}

/** The fact of a session that says when it ends. */
const expiry = 'sso_ends'

/** Refusals of a refresh that mean that the browser is not logged in; all others are thrown. */
const over: readonly ErrorCode[] = [
  'REFRESH_ENDED',
  'REFRESH_EXPIRED',
  'REFRESH_REUSED',
  'REFRESH_ROLLED_BACK',
  'REFRESH_SUPERSEDED',
  'REFRESH_UNKNOWN',
  'REFRESH_MALFORMED',
  'REFRESH_CLIENT',
  'SUBJECT_REFUSED',
]

function noLogin(error: unknown): undefined {
  if (error instanceof AuthError && over.includes(error.code)) return undefined
  throw error
}

const login = z.object({
  sid: z.string(),
  sub: z.string(),
  auth_time: z.number(),
  amr: z.array(z.string()).default([]),
  acr: z.string().optional(),
  [expiry]: z.number(),
})

/** What the access token says, which was signed just now: the answer of a refresh does not say it, and a read would be one more. */
function readLogin({ accessToken }: Pick<TokenResponse, 'accessToken'>): SsoLogin {
  const payload = accessToken.split('.')[1] ?? ''
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims // checked by the schema
  const { sid, sub, auth_time: authTime, amr, acr, [expiry]: expiresAt } = login.parse(claims)
  return { sid, subject: sub, authTime, amr, acr, expiresAt }
}

const cookieName = '__Host-sso'

function cookieOf(value: string, maxAge: number): string {
  return `${cookieName}=${value}; Max-Age=${String(maxAge)}; Path=/; Secure; HttpOnly; SameSite=Lax`
}

function ssoCookies(header: string | undefined): readonly string[] {
  const pairs = (header ?? '').split(';').map((each) => each.trim())
  const start = `${cookieName}=`
  return pairs.filter((each) => each.startsWith(start)).map((each) => each.slice(start.length))
}

/** Several cookies of that name are none: it is not said which one is ours. */
function readSsoCookie(header: string | undefined): string | undefined {
  const [value, ...others] = ssoCookies(header)
  return others.length > 0 || value === '' ? undefined : value
}
