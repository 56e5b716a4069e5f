import { type ApiSpec, type RouteGroup } from '../language/spec.js'
import { wholePath } from '../language/whole-path.js'
import { ApiSpecError } from './error.js'

/** What guards a group: the configuration entries that its secrets come from. */
export interface GuardPlan {
  /** The name of its gate, which no other guard of the service has. */
  readonly name: string
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
  /** Calls without a token are taken too. */
  readonly optional: boolean
}

/** The guards of a service, each once. */
export interface Guards {
  readonly all: readonly GuardPlan[]
  /** The guard of a group; undefined where its routes are open. */
  of(group: RouteGroup): GuardPlan | undefined
}

type Entries = Omit<GuardPlan, 'name'>

/**
 * The guards of a service. Two groups have one guard if they name the same entries in the same places, and never because
 * the names come to the same text. A guard is called as its entries are: `Auth`, `Old`, `AuthOld` for both; where another
 * guard would be called so too, the two entries have a dot between them, `Auth.Old`, which no entry can have.
 *
 * @throws ApiSpecError for an entry that is no name, and for one that is named by `jwt` and by `jwtTransition`
 * @example planGuards(spec.groups).all.map(({ name }) => name) // ['Auth.Old', 'AuthOld']
 */
export function planGuards(groups: readonly RouteGroup[]): Guards {
  const found = new Map<string, Entries>()
  for (const group of groups) {
    const entries = entriesOf(group)
    if (entries !== undefined) found.set(keyOf(entries), entries)
  }
  const each = [...found.values()]
  refuseTwoKinds(each)
  const counts = countNames(each)
  const named = new Map(
    each.map((entries) => [keyOf(entries), { name: nameOf(entries, counts), ...entries }]),
  )
  return {
    all: [...named.values()],
    of: (group) => {
      const entries = entriesOf(group)
      return entries === undefined ? undefined : named.get(keyOf(entries))
    },
  }
}

/**
 * What guards each route of a spec, in the order of the spec.
 *
 * @throws ApiSpecError for guards that `generate` refuses too
 * @example routeGuards(result.spec)[0] // { method: 'GET', path: '/me', guard: 'Auth', secrets: ['Auth.AccessSecret'], optional: false }
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
      optional: group.annotation?.['optional'] === 'true',
    }))
  })
}

function entriesOf({ annotation }: RouteGroup): Entries | undefined {
  const { jwt, jwtTransition: transition } = annotation ?? {}
  if (jwt === undefined && transition === undefined) return undefined
  for (const name of [jwt, transition]) {
    // An empty name would guard nothing.
    if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name))
      throw new ApiSpecError(`'${name}' cannot name what guards a group`, {
        key: name === jwt ? 'jwt' : 'jwtTransition',
        value: name,
      })
  }
  return { jwt, transition }
}

/** What a guard is, as text: names in a list, so that no two lists come to one text. */
function keyOf({ jwt, transition }: Entries): string {
  return JSON.stringify([jwt ?? null, transition ?? null])
}

/** How often each text is what a guard's names come to. */
function countNames(guards: readonly Entries[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const guard of guards) counts.set(joined(guard), (counts.get(joined(guard)) ?? 0) + 1)
  return counts
}

function nameOf(own: Entries, counts: ReadonlyMap<string, number>): string {
  const { jwt, transition } = own
  const isTaken = (counts.get(joined(own)) ?? 0) > 1
  return isTaken && jwt !== undefined && transition !== undefined
    ? `${jwt}.${transition}`
    : joined(own)
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

/** As go-zero has it: during a transition its two secrets count, and the one of `jwt` does not. */
function secretsOf({ jwt, transition }: Entries): readonly string[] {
  if (transition !== undefined) return [`${transition}.Secret`, `${transition}.PrevSecret`]
  return jwt === undefined ? [] : [`${jwt}.AccessSecret`]
}
