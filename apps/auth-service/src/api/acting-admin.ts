import type { Logger } from 'pino'
import { AuthError, type Claims } from 'jotgate'
import { userOf, userParty, type ServiceEvent } from '../events/event.js'
import type { EventKind } from '../events/kinds.js'
import type { Events } from '../events/events.js'
import { placeOf, type PlacedCall } from '../events/place.js'
import { RequestFault } from '../foundation/faults.js'
import { covers } from '../users/permissions.js'
import type { User, Users } from '../users/users.js'

/** The part of a call that an action of an administrator uses. */
export interface ActingCall extends PlacedCall {
  readonly claims: Claims
  readonly request?: object
  readonly services: {
    readonly users: Pick<Users, 'byId'>
    readonly log: Pick<Logger, 'info'>
    readonly events: Pick<Events, 'record'>
  }
}

/**
 * The administrator who calls.
 *
 * @throws AuthError SUBJECT_REFUSED when the user was removed or disabled
 * @example const { username } = await actingAdmin(call)
 */
export async function actingAdmin({
  claims,
  services,
}: Pick<ActingCall, 'claims' | 'services'>): Promise<User> {
  const user = await services.users.byId(claims.sub ?? '')
  if (!user || user.disabled) throw new AuthError('SUBJECT_REFUSED')
  return user
}

/**
 * Refuses to give a role, or to change an account, that permits more than the administrator may do.
 *
 * @throws RequestFault BEYOND_OWN
 * @example checkReach(admin, user.roles)
 */
export function checkReach(admin: Pick<User, 'roles'>, roles: User['roles']): void {
  if (!covers(admin.roles, roles)) throw new RequestFault('BEYOND_OWN')
}

/** A handler of an operation of administrators, as {@link recordFaults} wraps it. */
type AdminHandler<C, R> = (call: C) => R | Promise<R>

/**
 * Records an act that ended with a fault of the service, such as a store that did not answer: a part of it may have happened.
 * What a caller did wrong has changed nothing, and is not recorded.
 *
 * @example export const handlers = { changeUser: recordFaults('user.changed', changeUser), … }
 */
export function recordFaults<C extends ActingCall, R>(
  kind: EventKind,
  act: AdminHandler<C, R>,
): (call: C) => Promise<R> {
  return async (call) => {
    try {
      return await act(call)
    } catch (error) {
      if (isFault(error)) await recordFault(call, kind, error)
      throw error
    }
  }
}

/** Whether the service, and not the caller, is to blame. */
function isFault(error: unknown): boolean {
  if (error instanceof AuthError) return error.status >= 500
  return !(error instanceof RequestFault)
}

async function recordFault(call: ActingCall, kind: EventKind, error: unknown): Promise<void> {
  const { claims, services } = call
  const { sub = '', sid } = claims
  const reason = error instanceof AuthError ? error.code : 'INTERNAL'
  await services.events.record({
    ...{ kind, result: 'refused', reason, actor: userOf(sub), from: placeOf(call) },
    ...(typeof sid === 'string' ? { sid } : {}),
    ...aboutOf(kind, call.request ?? {}),
    // What the act was about to do: a part of it may be done.
    details: { incomplete: true, ...wantedBy(call.request ?? {}) },
  })
}

/** The user or client that an operation names by its id. */
function aboutOf(
  kind: EventKind,
  { id }: { readonly id?: unknown },
): Pick<ServiceEvent, 'subject'> {
  if (typeof id !== 'string') return {}
  const [what] = kind.split('.')
  return what === 'user' || what === 'client' ? { subject: { kind: what, id } } : {}
}

/** The parts of a request that say what was wanted, without texts that people write. */
function wantedBy({
  roles,
  disabled,
}: {
  readonly roles?: unknown
  readonly disabled?: unknown
}): NonNullable<ServiceEvent['details']> {
  return {
    ...(Array.isArray(roles) ? { roles: roles.map(String) } : {}),
    ...(typeof disabled === 'boolean' ? { disabled } : {}),
  }
}

/** What an administrator did: an event without those parts that the call itself says. */
export type AdminAction = Omit<ServiceEvent, 'result' | 'actor' | 'from'>

/**
 * Records what an administrator has done, and logs it with the names of the users. Sessions, keys and tokens are not named in
 * the log.
 *
 * @example await recordAction(call, admin, { kind: 'user.created', subject: userParty(user) })
 */
export async function recordAction(
  call: ActingCall,
  admin: User,
  action: AdminAction,
): Promise<void> {
  const { claims, services } = call
  const { kind, subject } = action
  const user = subject?.kind === 'user' ? subject.name : undefined
  services.log.info(
    { by: admin.username, action: kind, ...(user === undefined ? {} : { user }) },
    'administration',
  )
  const { sid } = claims
  await services.events.record({
    ...(typeof sid === 'string' ? { sid } : {}),
    ...action,
    result: 'done',
    actor: userParty(admin),
    from: placeOf(call),
  })
}
