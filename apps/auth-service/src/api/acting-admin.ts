import type { Logger } from 'pino'
import { AuthError, type Claims } from 'jotgate'
import { RequestFault } from '../foundation/faults.js'
import { covers } from '../users/permissions.js'
import type { User, Users } from '../users/users.js'

/** The part of a call that an action of an administrator uses. */
export interface ActingCall {
  readonly claims: Claims
  readonly services: { readonly users: Pick<Users, 'byId'>; readonly log: Pick<Logger, 'info'> }
}

/**
 * The administrator who calls.
 *
 * @throws AuthError SUBJECT_REFUSED when the user was removed or disabled
 * @example const { username } = await actingAdmin(call)
 */
export async function actingAdmin({ claims, services }: ActingCall): Promise<User> {
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

/**
 * Logs an action with the names of the users. Sessions, keys and tokens are not named there.
 *
 * @example noteAction(call, { by: admin.username, action: 'disable', user: user.username })
 */
export function noteAction(
  { services }: ActingCall,
  note: { readonly by: string; readonly action: string; readonly user?: string },
): void {
  services.log.info(note, 'administration')
}
