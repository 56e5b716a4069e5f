import { type ApiSpec, type RouteGroup } from '../language/spec.js'
import { type TokenWays, tokenWays, waysAsWritten, waysProblem } from '../language/token-ways.js'
import { wholePath } from '../language/whole-path.js'
import { ApiSpecError } from './error.js'

/** What guards a group: the configuration entries that its secrets come from, and where it takes a token from. */
export interface GuardPlan extends TokenWays {
  /** The name of its gate, which no other guard of the service has. */
  readonly name: string
  /** What guards of the same entries have in common, and no others: letters, digits, `_` and at most one dot. */
  readonly entries: string
  /** The entry with `AccessSecret` and `AccessExpire`. */
  readonly jwt: string | undefined
  /** The entry with `Secret` and `PrevSecret`. */
  readonly transition: string | undefined
}

/** A route, its guard, and the secrets whose tokens the guard takes. */
export interface RouteGuard {
  readonly method: string
  /** With the prefix: `/v1/user/:id`. */
  readonly path: string
  /** The name of the guard in `Gates`; null for a route that is open. */
  readonly guard: string | null
  /** Where the configuration has them: `Auth.AccessSecret`. */
  readonly secrets: readonly string[]
  /** Where a token may be: `bearer`, `cookie:__Host-access`. */
  readonly ways: readonly string[]
  /** Calls without a token are taken too. */
  readonly optional: boolean
}

/** The guards of a service, each once. */
export interface Guards {
  readonly all: readonly GuardPlan[]
  /** The guard of a group; undefined where its routes are open. */
  of(group: RouteGroup): GuardPlan | undefined
}

type Entries = Pick<GuardPlan, 'jwt' | 'transition'>
type Guarding = Entries & TokenWays

/**
 * The guards of a service. Two groups have one guard if they name the same entries in the same places and take tokens from the
 * same ones, and never because the names come to the same text. A guard is called as its entries are: `Auth`, `Old`,
 * `AuthOld` for both; where one of other entries would be called so too, the two entries have a dot between them, `Auth.Old`, which
 * no entry can have. Of several with the same entries the one that takes bearer tokens alone keeps that name, and those with a
 * cookie say so: `Auth-cookie`, `Auth-bearer-cookie`.
 *
 * @throws ApiSpecError for an entry that is no name, for one that is named by `jwt` and by `jwtTransition`, and for `tokenFrom`
 *   without a guard or with ways that do not exist
 * @example planGuards(spec.groups).all.map(({ name }) => name) // ['Auth.Old', 'AuthOld']
 */
export function planGuards(groups: readonly RouteGroup[]): Guards {
  const found = new Map<string, Guarding>()
  for (const group of groups) {
    const guarding = guardingOf(group)
    if (guarding !== undefined) found.set(keyOf(guarding), guarding)
  }
  const each = [...found.values()]
  refuseTwoKinds(each)
  refuseCookieEntry(groups, each)
  const named = new Map(nameAll(each).map((guard) => [keyOf(guard), guard]))
  return {
    all: [...named.values()],
    of: (group) => {
      const guarding = guardingOf(group)
      return guarding === undefined ? undefined : named.get(keyOf(guarding))
    },
  }
}

/**
 * What guards each route of a spec, in the order of the spec.
 *
 * @throws ApiSpecError for guards that `generate` refuses too
 * @example routeGuards(result.spec)[0] // { method: 'GET', path: '/me', guard: 'Auth', secrets: ['Auth.AccessSecret'], ways: ['bearer'], optional: false }
 */
export function routeGuards({ groups }: Pick<ApiSpec, 'groups'>): readonly RouteGuard[] {
  const guards = planGuards(groups)
  return groups.flatMap((group) => {
    const guard = guards.of(group)
    return group.routes.map(({ method, path }) => ({
      method: method.toUpperCase(),
      path: wholePath(group.annotation?.['prefix'] ?? '', path),
      guard: guard?.name ?? null,
      secrets: guard === undefined ? [] : secretsOf(guard),
      ways: guard === undefined ? [] : waysAsWritten(guard),
      optional: group.annotation?.['optional'] === 'true',
    }))
  })
}

function guardingOf({ annotation }: RouteGroup): Guarding | undefined {
  const { jwt, jwtTransition: transition, tokenFrom } = annotation ?? {}
  checkWays(tokenFrom, jwt !== undefined || transition !== undefined)
  if (jwt === undefined && transition === undefined) return undefined
  for (const name of [jwt, transition]) {
    // An empty name would guard nothing.
    if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name))
      throw new ApiSpecError(`'${name}' cannot name what guards a group`, {
        key: name === jwt ? 'jwt' : 'jwtTransition',
        value: name,
      })
  }
  return { jwt, transition, ...tokenWays(tokenFrom) }
}

function checkWays(tokenFrom: string | undefined, isGuarded: boolean): void {
  if (tokenFrom === undefined) return
  const place = { key: 'tokenFrom', value: tokenFrom }
  if (!isGuarded) throw new ApiSpecError("'tokenFrom' needs a guard: add 'jwt: NAME'", place)
  const problem = waysProblem(tokenFrom)
  if (problem !== undefined) throw new ApiSpecError(`'tokenFrom' ${problem}`, place)
}

/** What a guard is, as text: names in a list, so that no two lists come to one text. */
function keyOf({ bearer, cookie, ...entries }: Guarding): string {
  return JSON.stringify([entriesKey(entries), bearer, cookie ?? null])
}

function entriesKey({ jwt, transition }: Entries): string {
  return JSON.stringify([jwt ?? null, transition ?? null])
}

/** Gives each guard its name, whatever their order. */
function nameAll(guards: readonly Guarding[]): readonly GuardPlan[] {
  return guards.map((guard) => {
    const { jwt, transition } = guard
    const isSame = (other: Entries) => entriesKey(other) === entriesKey(guard)
    const isTaken = guards.some((other) => joined(other) === joined(guard) && !isSame(other))
    const isDotted = isTaken && jwt !== undefined && transition !== undefined
    const entries = isDotted ? `${jwt}.${transition}` : joined(guard)
    return { name: `${entries}${waySuffix(guard, guards.filter(isSame))}`, entries, ...guard }
  })
}

/** Names of entries have no hyphen, so that what stands after one is never a part of them. */
function waySuffix({ bearer, cookie }: Guarding, same: readonly Guarding[]): string {
  if (cookie === undefined || same.length === 1) return ''
  const kind = bearer ? '-bearer-cookie' : '-cookie'
  const alike = same.filter((each) => each.cookie !== undefined && each.bearer === bearer)
  return alike.length === 1 ? kind : `${kind}-${cookie}`
}

function joined({ jwt = '', transition = '' }: Entries): string {
  return jwt + transition
}

/** An entry has one secret or two: `AccessSecret`, or `Secret` and `PrevSecret`. */
function refuseTwoKinds(guards: readonly Entries[]): void {
  const transitions = new Set(guards.map(({ transition }) => transition))
  const both = guards.find(({ jwt }) => jwt !== undefined && transitions.has(jwt))?.jwt
  if (both !== undefined)
    throw new ApiSpecError(`jwt and jwtTransition both name '${both}': give each its own entry`, {
      key: 'jwtTransition',
      value: both,
    })
}

/** `Cookies` of the configuration has the pages that may use cookies, so no secret can be there. */
function refuseCookieEntry(groups: readonly RouteGroup[], guards: readonly Entries[]): void {
  if (guards.every(({ jwt, transition }) => jwt !== 'Cookies' && transition !== 'Cookies')) return
  const value = groups
    .map(({ annotation }) => annotation?.['tokenFrom'])
    .find((each) => tokenWays(each).cookie !== undefined)
  if (value === undefined) return
  throw new ApiSpecError(
    "'Cookies' of the configuration says which pages may use the cookie: give the guard 'Cookies' another name",
    { key: 'tokenFrom', value },
  )
}

/** As go-zero has it: during a transition its two secrets count, and the one of `jwt` does not. */
function secretsOf({ jwt, transition }: Entries): readonly string[] {
  if (transition !== undefined) return [`${transition}.Secret`, `${transition}.PrevSecret`]
  return jwt === undefined ? [] : [`${jwt}.AccessSecret`]
}
