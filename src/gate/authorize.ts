import { ConfigError } from '../foundation/errors.js'
import { isScopeToken } from '../foundation/names.js'
import { type VerifiedToken } from '../token/token.js'

/**
 * A pure check of a verified token: true permits, anything else refuses with FORBIDDEN (403).
 * `scope` lists the scopes that would be enough, for the challenge (RFC 6750 section 3.1).
 */
export interface Guard<C> {
  (token: VerifiedToken<C>): boolean
  readonly scope?: readonly string[]
}

type Scalar = string | number | boolean | null

/**
 * Requires every one of these scopes, in `scope` (space-delimited, RFC 9068 section 2.2.3) or `scp` (an array or text).
 *
 * @throws ConfigError when no scope is given, or one that RFC 6749 section 3.3 does not allow
 * @example createGate({ verify, authorize: requireScopes('orders:read') })
 */
export function requireScopes(...scopes: readonly string[]): Guard<unknown> {
  if (scopes.length === 0 || !scopes.every(isScopeToken)) {
    throw new ConfigError(
      'requireScopes',
      'takes one or more scopes without spaces, quotes or backslashes',
    )
  }
  return guard(scopes, ({ payload }) => {
    const granted = [...words(own(payload, 'scope')), ...words(own(payload, 'scp'))]
    return scopes.every((scope) => granted.includes(scope))
  })
}

/**
 * Requires every one of these roles, in `roles` (an array) or `role` (text). For alternatives: `anyOf`.
 *
 * @throws ConfigError when no role is given, or an empty one
 * @example anyOf(requireRoles('admin'), requireRoles('auditor'))
 */
export function requireRoles(...roles: readonly string[]): Guard<unknown> {
  if (roles.length === 0 || roles.includes('')) {
    throw new ConfigError('requireRoles', 'takes one or more role names')
  }
  return guard([], ({ payload }) => {
    const held = [...names(own(payload, 'roles')), ...names(own(payload, 'role'))]
    return roles.every((role) => held.includes(role))
  })
}

/**
 * Requires a claim that equals a value, is a list containing it, or for which a function returns true. A missing claim
 * never matches, and the function is not called.
 *
 * @throws ConfigError for an empty name
 * @example requireClaim('tier', 'gold')
 * @example requireClaim('age', (age) => age > 17)
 */
export function requireClaim<C, K extends keyof C & string>(
  name: K,
  wanted: Scalar | ((value: NonNullable<C[K]>) => boolean),
): Guard<C> {
  if (name === '') throw new ConfigError('requireClaim', 'takes the name of a claim')
  return guard([], ({ claims }) => {
    if (!isRecord(claims) || !Object.hasOwn(claims, name)) return false
    const value = claims[name]
    if (typeof wanted === 'function') return value != null && wanted(value)
    return Array.isArray(value) ? value.includes(wanted) : value === wanted
  })
}

/**
 * Permits when every guard permits.
 *
 * @throws ConfigError without a guard
 * @example allOf(requireScopes('orders:write'), requireClaim('tenant', 'north'))
 */
export function allOf<C>(...guards: readonly Guard<NoInfer<C>>[]): Guard<C> {
  return guard(
    atLeastOne('allOf', guards).flatMap((each) => each.scope ?? []),
    (token) => guards.every((each) => isTrue(each(token))),
  )
}

/**
 * Permits when at least one guard permits. The challenge names the scopes of the first guard that has any.
 *
 * @throws ConfigError without a guard
 * @example anyOf(requireScopes('orders:read'), requireRoles('admin'))
 */
export function anyOf<C>(...guards: readonly Guard<NoInfer<C>>[]): Guard<C> {
  return guard(
    atLeastOne('anyOf', guards).find((each) => each.scope !== undefined)?.scope ?? [],
    (token) => guards.some((each) => isTrue(each(token))),
  )
}

/**
 * Permits when the guard returns exactly `false`.
 *
 * @example not(requireRoles('suspended'))
 */
export function not<C>(refused: Guard<NoInfer<C>>): Guard<C> {
  return guard([], (token) => isFalse(refused(token)))
}

function guard<C>(
  scope: readonly string[],
  permits: (token: VerifiedToken<C>) => boolean,
): Guard<C> {
  const unique = Object.freeze([...new Set(scope)])
  return Object.assign(permits, unique.length > 0 ? { scope: unique } : {})
}

function atLeastOne<C>(option: string, guards: readonly Guard<C>[]): readonly Guard<C>[] {
  if (guards.length === 0) throw new ConfigError(option, 'takes at least one guard')
  return guards
}

/** Guards written in plain JavaScript may return anything, even a promise; only a boolean counts. */
function isTrue(answer: unknown): boolean {
  return answer === true
}

function isFalse(answer: unknown): boolean {
  return answer === false
}

/** A claim of the token itself: Object.prototype may have been given a member of that name. */
function own(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

function words(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(' ') : names(value)
}

function names(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((name) => typeof name === 'string')
}

function isRecord<C>(claims: C): claims is C & object {
  return typeof claims === 'object' && claims !== null
}
