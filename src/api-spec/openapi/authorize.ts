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
  const ways = alternatives.map(scopesOf)
  const demands = [
    ...(ways.length === 0 ? [] : [oneOf(ways)]),
    ...(roles.length === 0 ? [] : [requireRoles(...roles)]),
    ...(recentLogin === undefined ? [] : [requireRecentLogin(recentLogin)]),
  ]
  return demands.length === 0 ? anyToken : allOf(...demands)
}

function scopesOf(alternative: Alternative): Guard<unknown> {
  const scopes = alternative.flatMap((requirement) => requirement.scopes)
  return scopes.length === 0 ? anyToken : requireScopes(...scopes)
}

/** Of several ways none is the one to name in a challenge. */
function oneOf(ways: readonly Guard<unknown>[]): Guard<unknown> {
  const [only, ...others] = ways
  if (only !== undefined && others.length === 0) return only
  const any = anyOf(...ways)
  return (token) => any(token)
}

const anyToken: Guard<unknown> = () => true
