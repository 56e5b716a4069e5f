import type { Logger } from 'pino'
import { AuthError, type Claims } from 'jotgate'
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
