import { AuthError, ConfigError, type StepUp } from '../foundation/errors.js'
import { isScopeToken, isText } from '../foundation/names.js'
import { type OptionTable, readOptions, value } from '../foundation/options.js'
import { type Claims, type VerifiedToken } from '../token/token.js'
import { joinStepUps } from './step-up.js'

/**
 * A pure check of a verified token: true permits, anything else refuses with FORBIDDEN (403), or with STEP_UP_REQUIRED
 * (401) where a new login would change the answer. `scope` lists the scopes that would be enough, for the challenge (RFC
 * 6750 section 3.1).
 *
 * The guards of this package read the claims as the issuer signed them (`token.payload`): a schema that renames, drops
 * or adds claims changes no permission. For what a schema makes, write a function, `({ claims }) => claims.isStaff`.
 */
export interface Guard<C> {
  (token: VerifiedToken<C>): boolean
  readonly scope?: readonly string[]
  /**
   * Of a token that the guard refuses: the login with which it would permit; undefined where no login would. Guards
   * without this function refuse with FORBIDDEN.
   */
  readonly stepUp?: (token: VerifiedToken<C>) => StepUp | undefined
}

type Scalar = string | number | boolean | null

/** Where a guard looks, when it is not in the usual claims. */
export interface ClaimPlace {
  /**
   * The path of a claim: names with dots between, such as `realm_access.roles`; for names that hold dots, such as
   * `https://app.example/roles`, an array of the names.
   */
  readonly at: string | readonly string[]
}

/**
 * Requires every one of these scopes, in `scope` (space-delimited, RFC 9068 section 2.2.3) or `scp` (an array or text),
 * or at the place that the last argument names.
 *
 * @throws ConfigError when no scope is given, or one that RFC 6749 section 3.3 does not allow, or for a wrong place
 * @example createGate({ verify, authorize: requireScopes('orders:read') })
 * @example requireScopes('orders:read', { at: 'permissions' })
 */
export function requireScopes(...wanted: readonly (string | ClaimPlace)[]): Guard<unknown> {
  const { texts: scopes, find } = readWanted('requireScopes', wanted, scopeClaims)
  if (scopes.length === 0 || !scopes.every(isScopeToken)) {
    throw new ConfigError(
      'requireScopes',
      'takes one or more scopes without spaces, quotes or backslashes',
    )
  }
  return guard(scopes, ({ payload }) => {
    const granted = find(payload)
    return scopes.every((scope) => granted.includes(scope))
  })
}

/**
 * Requires every one of these roles, in `roles` (an array) or `role` (text), or at the place that the last argument
 * names. For alternatives: `anyOf`.
 *
 * @throws ConfigError when no role is given, or an empty one, or for a wrong place
 * @example anyOf(requireRoles('admin'), requireRoles('auditor'))
 * @example requireRoles('admin', { at: 'realm_access.roles' }) // Keycloak
 */
export function requireRoles(...wanted: readonly (string | ClaimPlace)[]): Guard<unknown> {
  const { texts: roles, find } = readWanted('requireRoles', wanted, roleClaims)
  if (roles.length === 0 || roles.includes('')) {
    throw new ConfigError('requireRoles', 'takes one or more role names')
  }
  return guard([], ({ payload }) => {
    const held = find(payload)
    return roles.every((role) => held.includes(role))
  })
}

/**
 * Requires a claim that equals a value, is a list containing it, or for which a function returns true. A missing claim
 * never matches, and the function is not called. It is the claim as signed, whose type nothing has checked.
 *
 * @throws ConfigError for an empty name, and for a wanted value of any other type, such as undefined
 * @example requireClaim('tier', 'gold')
 * @example requireClaim('age', (age) => typeof age === 'number' && age > 17)
 */
export function requireClaim(
  name: string,
  wanted: Scalar | ((value: unknown) => boolean),
): Guard<unknown> {
  if (!isText(name)) throw new ConfigError('requireClaim', 'takes the name of a claim')
  if (!isWanted(wanted))
    throw new ConfigError('requireClaim', 'takes text, a number, a boolean, null or a function')
  return guard([], ({ payload }) => {
    if (!Object.hasOwn(payload, name)) return false
    const value = payload[name]
    if (typeof wanted === 'function') return value != null && wanted(value)
    return Array.isArray(value) ? value.includes(wanted) : value === wanted
  })
}

function isWanted(wanted: unknown): boolean {
  return wanted === null || ['string', 'number', 'boolean', 'function'].includes(typeof wanted)
}

/**
 * Permits when every guard permits. A new login is asked for (STEP_UP_REQUIRED) only where it would satisfy all those that
 * refuse; else the answer is FORBIDDEN.
 *
 * @throws ConfigError without a guard
 * @example allOf(requireScopes('orders:write'), requireClaim('tenant', 'north'))
 */
export function allOf<C>(...guards: readonly Guard<NoInfer<C>>[]): Guard<C> {
  const all = guard<C>(
    atLeastOne('allOf', guards).flatMap((each) => each.scope ?? []),
    (token) => guards.every((each) => isTrue(each(token))),
  )
  // One that no login satisfies decides: a login would be for nothing.
  return withStepUp(all, guards, (token) =>
    joinStepUps(guards.filter((each) => !isTrue(each(token))).map((each) => each.stepUp?.(token))),
  )
}

/**
 * Permits when at least one guard permits. The challenge names the scopes of the first guard that has any, or the login
 * that the first guard asks for that a login would satisfy.
 *
 * @throws ConfigError without a guard
 * @example anyOf(requireScopes('orders:read'), requireRoles('admin'))
 */
export function anyOf<C>(...guards: readonly Guard<NoInfer<C>>[]): Guard<C> {
  const any = guard<C>(
    atLeastOne('anyOf', guards).find((each) => each.scope !== undefined)?.scope ?? [],
    (token) => guards.some((each) => isTrue(each(token))),
  )
  return withStepUp(any, guards, (token) =>
    guards.map((each) => each.stepUp?.(token)).find((each) => each !== undefined),
  )
}

/**
 * Permits when the guard returns exactly `false`, so also when the claim is missing. It never asks for a new login.
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

function withStepUp<C>(
  joined: Guard<C>,
  guards: readonly Guard<C>[],
  stepUp: NonNullable<Guard<C>['stepUp']>,
): Guard<C> {
  return guards.some((each) => each.stepUp) ? Object.assign(joined, { stepUp }) : joined
}

/**
 * The refusal of a token that a guard does not permit.
 *
 * @example if (guard(token) !== true) throw refusalOf(guard, token)
 */
export function refusalOf<C>(
  { scope, stepUp }: Pick<Guard<C>, 'scope' | 'stepUp'>,
  token: VerifiedToken<C>,
): AuthError {
  const login = stepUp?.(token)
  if (login !== undefined) return new AuthError('STEP_UP_REQUIRED', { stepUp: login })
  return new AuthError('FORBIDDEN', scope === undefined ? {} : { scope })
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

/** The two claims that a guard reads, and what it makes of the value of one. */
interface UsualClaims {
  readonly first: string
  readonly second: string
  readonly read: (value: unknown) => readonly string[]
}

const scopeClaims: UsualClaims = { first: 'scope', second: 'scp', read: words }
const roleClaims: UsualClaims = { first: 'roles', second: 'role', read: names }

interface Wanted {
  readonly texts: readonly string[]
  /** The texts that a token has. */
  readonly find: (payload: Claims) => readonly string[]
}

/** Splits the arguments of a guard into the texts and the place, which stands last. */
function readWanted(option: string, wanted: readonly unknown[], usual: UsualClaims): Wanted {
  const last = wanted.at(-1)
  if (typeof last !== 'object' || last === null) {
    const texts = wanted.filter((each) => typeof each === 'string')
    if (texts.length < wanted.length) throw new ConfigError(option, 'takes texts')
    const { first, second, read } = usual
    return {
      texts,
      find: (payload) => [...read(own(payload, first)), ...read(own(payload, second))],
    }
  }
  const { texts } = readWanted(option, wanted.slice(0, -1), usual)
  const { at } = readOptions(option, placeTable, last)
  return { texts, find: (payload) => usual.read(at.reduce<unknown>(own, payload)) }
}

/** Options at the end of `requireRoles` and `requireScopes`. */
const placeTable = {
  at: value('path, or array of names', readPath),
} satisfies OptionTable<keyof ClaimPlace>

function readPath(given: unknown, option: string): readonly string[] {
  if (typeof given === 'string' && /[:/]/.test(given))
    throw new ConfigError(option, 'names a claim whose name may hold dots; pass an array of names')
  const path: readonly unknown[] = typeof given === 'string' ? given.split('.') : asArray(given)
  const texts = path.filter(isText)
  if (texts.length > 0 && texts.length === path.length) return texts
  throw new ConfigError(option, 'must be names with dots between, or an array of names')
}

function asArray(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : []
}

/** A member of the token itself: Object.prototype may have been given a member of that name. */
function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  if (Array.isArray(value)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name] // it has just been looked at
}

function words(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(' ') : names(value)
}

function names(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((name) => typeof name === 'string')
}
