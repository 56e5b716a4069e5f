import type { Logger } from 'pino'
import { AuthError, type Claims } from 'jotgate'
import { userParty, type ServiceEvent } from '../events/event.js'
import type { Events } from '../events/events.js'
import { placeOf, type PlacedCall } from '../events/place.js'
import { RequestFault } from '../foundation/faults.js'
import { covers } from '../users/permissions.js'
import type { User, Users } from '../users/users.js'

/** The part of a call that an action of an administrator uses. */
export interface ActingCall extends PlacedCall {
  readonly claims: Claims
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
