import { allOf, anyOf, type Guard, requireRoles, requireScopes } from '../../gate/authorize.js'
import { requireRecentLogin } from '../../gate/require-login.js'
import { type Alternative, type Security } from './security.js'

/**
 * What an operation asks of a verified token, in the library's own guards: the scopes of one of its alternatives, and
 * all of its roles, and a recent login. With a single alternative the guard names its scopes, for the challenge.
 *
 * @example authorizeOf({ alternatives: [[{ scheme: 'oauth', scopes: ['orders:read'] }]], roles: ['clerk'], recentLogin: undefined })
 */
export function authorizeOf({
  alternatives,
  roles,
  recentLogin,
}: Pick<Security, 'alternatives' | 'roles' | 'recentLogin'>): Guard<unknown> {
  const ways = differing(alternatives.map(scopesOf)).map((scopes) =>
    scopes.length === 0 ? anyToken : requireScopes(...scopes),
  )
  const demands = [
    ...(ways.length === 0 ? [] : [oneOf(ways)]),
    ...(roles.length === 0 ? [] : [requireRoles(...roles)]),
    ...(recentLogin === undefined ? [] : [requireRecentLogin(recentLogin)]),
  ]
  return demands.length === 0 ? anyToken : allOf(...demands)
}

function scopesOf(alternative: Alternative): readonly string[] {
  return [...new Set(alternative.flatMap((requirement) => requirement.scopes))]
}

/** Schemes that ask for the same scopes are one: they differ in where the token is. */
function differing(ways: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(ways.map((scopes) => [scopes.toSorted().join(' '), scopes])).values()]
}

/** Of several ways none is the one to name in a challenge. */
function oneOf(ways: readonly Guard<unknown>[]): Guard<unknown> {
  const [only, ...others] = ways
  if (only !== undefined && others.length === 0) return only
  const any = anyOf(...ways)
  return (token) => any(token)
}

const anyToken: Guard<unknown> = () => true
