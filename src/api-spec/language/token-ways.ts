/** Where a guard takes its token from: one way or both. */
export interface TokenWays {
  /** As `Authorization: Bearer`. */
  readonly bearer: boolean
  /** The name of the cookie; undefined: from none. */
  readonly cookie: string | undefined
}

/** The cookie of `tokenFrom: cookie`: the one that `createCookieMode` sets for access tokens. */
const usualCookie = '__Host-access'
/** Browsers let no other host and no plain http set these, or with `__Secure-` only hosts of the same domain. */
const cookieName = /^__(?:Host|Secure)-[\w.-]{1,64}$/
const refreshCookie = /^__(?:Host|Secure)-refresh$/

/**
 * What is wrong with the value of `tokenFrom`; undefined when nothing is.
 *
 * @example waysProblem('header') // 'takes bearer, cookie or "cookie:NAME", …'
 */
export function waysProblem(value: string): string | undefined {
  const ways = waysIn(value)
  const kinds = ways.map(({ kind }) => kind)
  if (!kinds.every((kind) => kind === 'bearer' || kind === 'cookie'))
    return 'takes bearer, cookie or "cookie:NAME", with a comma between two of them'
  if (new Set(kinds).size < kinds.length) return 'takes each way once'
  if (ways.some(({ kind, name }) => kind === 'bearer' && name !== undefined))
    return 'takes bearer without a name: it is the header Authorization'
  const name = ways.find(({ kind }) => kind === 'cookie')?.name ?? usualCookie
  if (!cookieName.test(name))
    return 'takes cookies whose name begins with __Host- or __Secure-, with 1 to 64 letters, digits, dots, hyphens and underscores after it'
  return refreshCookie.test(name)
    ? 'takes the cookie of access tokens, and this one is for refresh tokens'
    : undefined
}

/**
 * The ways in a value of `tokenFrom` that {@link waysProblem} has nothing against, in whatever order; without one the header alone.
 *
 * @example tokenWays('cookie,bearer') // { bearer: true, cookie: '__Host-access' }
 */
export function tokenWays(value: string | undefined): TokenWays {
  if (value === undefined) return { bearer: true, cookie: undefined }
  const ways = waysIn(value)
  const cookie = ways.find(({ kind }) => kind === 'cookie')
  return {
    bearer: ways.some(({ kind }) => kind === 'bearer'),
    cookie: cookie && (cookie.name ?? usualCookie),
  }
}

/**
 * The ways as a file has them, each with its name.
 *
 * @example waysAsWritten({ bearer: true, cookie: '__Host-access' }) // ['bearer', 'cookie:__Host-access']
 */
export function waysAsWritten({ bearer, cookie }: TokenWays): readonly string[] {
  return [...(bearer ? ['bearer'] : []), ...(cookie === undefined ? [] : [`cookie:${cookie}`])]
}

interface Way {
  readonly kind: string
  readonly name: string | undefined
}

function waysIn(value: string): readonly Way[] {
  return value.split(',').map((each) => {
    const [kind = '', ...name] = each.trim().split(':')
    return { kind, name: name.length === 0 ? undefined : name.join(':') }
  })
}
