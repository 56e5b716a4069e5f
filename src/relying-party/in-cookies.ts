import { AuthError } from '../foundation/errors.js'
import { isText } from '../foundation/names.js'
import type { Call } from '../gate/call.js'
import type { CookieMode } from '../gate/cookies/cookie-mode.js'
import { readCookie } from '../gate/extract.js'
import type { HeldLogin, Keeper, Kept, Renewal } from './keeper.js'
import type { Seal } from './seal.js'
import { clearSiteCookie, setSiteCookie } from './site-cookies.js'
import type { UnverifiedTokens } from './site-login.js'

interface InCookies {
  readonly cookies: CookieMode
  readonly seal: Seal
  readonly now: () => number
  /** Seconds that the browser keeps what a logout needs. */
  readonly sessionTtl: number
}

/** Only own pages refresh and log out. */
const about = { name: '__Host-login', sameSite: 'Strict' } as const
/** A longer ID token stays out: it would go along with each request. Characters, as sealed. */
const mostHint = 2048

/** Whose session the tokens in the cookies are. */
interface About {
  readonly subject: string
  readonly sid?: string | undefined
  readonly idToken?: string | undefined
}

/**
 * Keeps tokens in the cookies of `createCookieMode`, and beside them, sealed, whose they are and the ID token, as long as
 * it is short.
 *
 * @throws AuthError LOGIN_TOKEN for a token that fits into no cookie
 * @example keepInCookies({ cookies, seal, now, sessionTtl: 604_800 })
 */
export function keepInCookies(mode: InCookies): Keeper {
  return Object.freeze({
    keep: ({ subject, sid, idToken, tokens }) =>
      Promise.resolve(answer(mode, tokens, { subject, sid, idToken })),
    hasSession: (call) => Promise.resolve(accessToken(mode, call) !== undefined),
    accessToken: (call) => Promise.resolve(accessToken(mode, call)),
    held: (call) => Promise.resolve(held(mode, call)),
    renew: (_call, before, renewal) => Promise.resolve(renew(mode, before, renewal)),
    drop: () => Promise.resolve([...mode.cookies.clear(), clearSiteCookie(about)]),
    // A browser deletes a cookie whatever it holds by then.
    endRefused: undefined,
    end: undefined,
  } satisfies Keeper)
}

/** A cookie that a foreign page has the browser send counts as none. */
function accessToken({ cookies }: InCookies, call: Call): string | undefined {
  try {
    return cookies.extract(call)
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}

function held({ cookies, seal }: InCookies, call: Call): HeldLogin | undefined {
  const fields = call.header('cookie')
  const refreshToken = cookies.refreshToken(fields.join('; '))
  const sealed = readCookie(fields, about.name)
  const found = sealed === undefined ? undefined : seal.open(sealed, about.name)
  if (refreshToken === undefined && found === undefined) return undefined
  const textIn = (name: string) => {
    const value = found?.[name]
    return isText(value) ? value : undefined
  }
  return {
    refreshToken,
    subject: textIn('subject'),
    sid: textIn('sid'),
    idToken: textIn('idToken'),
  }
}

function renew(mode: InCookies, before: HeldLogin, { tokens, idToken }: Renewal): Kept {
  const { subject, sid, refreshToken } = before
  const next = { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
  const whose =
    subject === undefined ? undefined : { subject, sid, idToken: idToken ?? before.idToken }
  return answer(mode, next, whose)
}

function answer(mode: InCookies, tokens: UnverifiedTokens, whose: About | undefined): Kept {
  const { accessToken, refreshToken, expiresIn } = tokens
  const issuedAt = Math.floor(mode.now())
  const times = {
    expiresIn,
    accessExpire: issuedAt + expiresIn,
    refreshAfter: issuedAt + Math.floor(expiresIn / 2),
  }
  // Cookie mode sets two cookies, access and refresh in this order, and clears them in the same.
  const made = set(mode.cookies, { ...times, accessToken, refreshToken: refreshToken ?? 'none' })
  const [access = '', refresh = ''] = made.setCookie
  const [, noRefresh = ''] = mode.cookies.clear()
  const others = whose === undefined ? [] : [aboutCookie(mode, whose)]
  return {
    setCookie: [access, refreshToken === undefined ? noRefresh : refresh, ...others],
    body: made.body,
  }
}

function set(cookies: CookieMode, tokens: Parameters<CookieMode['set']>[0]) {
  try {
    return cookies.set(tokens)
  } catch (cause) {
    // Too long for a cookie, or with characters that no cookie takes: such a provider needs the option store.
    throw new AuthError('LOGIN_TOKEN', { claim: 'access_token' }, { cause })
  }
}

function aboutCookie({ seal, sessionTtl }: InCookies, { subject, sid, idToken }: About): string {
  const whole = seal.seal({ subject, sid, idToken }, about.name)
  const value = whole.length <= mostHint ? whole : seal.seal({ subject, sid }, about.name)
  return setSiteCookie(about, { value, maxAge: sessionTtl })
}
