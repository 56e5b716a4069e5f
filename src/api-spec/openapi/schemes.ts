import { type GuardPlan } from '../generate/plan-guards.js'
import { type JsonObject } from './document.js'
import { tokenCookieExtension } from './security.js'

/** The security schemes of a document, and those that each guard takes: one is enough. */
export interface Schemes {
  readonly all: JsonObject
  of(guard: string): readonly string[]
}

/**
 * The security schemes of a service's guards: one for each place that a token of the same secrets may be in. They are called
 * `Auth` and `AuthCookie`, and `Auth-NAME` where two cookies, or another guard, would be called so too.
 *
 * @example planSchemes(planGuards(spec.groups).all).of('Auth') // ['Auth', 'AuthCookie']
 */
export function planSchemes(guards: readonly GuardPlan[]): Schemes {
  const cookies = guards.flatMap(({ entries, cookie }) =>
    cookie === undefined ? [] : [{ entries, cookie }],
  )
  const headers = new Set(guards.filter(({ bearer }) => bearer).map(({ entries }) => entries))
  const nameOf = ({ entries, cookie }: (typeof cookies)[number]) => {
    const name = `${entries}Cookie`
    const isTaken =
      headers.has(name) ||
      cookies.some((other) => other.entries === entries && other.cookie !== cookie)
    // Names of entries have no hyphen.
    return isTaken ? `${entries}-${cookie}` : name
  }
  const schemesOf = ({ entries, bearer, cookie }: GuardPlan) => [
    ...(bearer ? [entries] : []),
    ...(cookie === undefined ? [] : [nameOf({ entries, cookie })]),
  ]
  const byGuard = new Map(guards.map((guard) => [guard.name, schemesOf(guard)]))
  return {
    all: Object.fromEntries([
      ...[...headers].map((name) => [name, bearerScheme] as const),
      ...cookies.map((each) => [nameOf(each), cookieScheme(each.cookie)] as const),
    ]),
    of: (guard) => byGuard.get(guard) ?? [],
  }
}

const bearerScheme: JsonObject = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }

function cookieScheme(name: string): JsonObject {
  return { type: 'apiKey', in: 'cookie', name, [tokenCookieExtension]: true }
}
