import type { Logger } from 'pino'
import { AuthError, type Claims } from 'jotgate'
import type { User, Users } from '../../users/users.js'

/** What an action needs of a call. */
export interface ActingCall {
  readonly claims: Claims
  readonly services: { readonly users: Users; readonly log: Logger }
}

/**
 * The administrator who calls.
 *
 * @throws AuthError SUBJECT_REFUSED when there is none any more
 */
export async function actingAdmin({ claims, services }: ActingCall): Promise<User> {
  const user = await services.users.byId(claims.sub ?? '')
  if (!user || user.disabled) throw new AuthError('SUBJECT_REFUSED')
  return user
}

/**
 * Notes in the log who did what, by the names of users; sessions, keys and tokens are not named there.
 *
 * @example noteAction(call, { by: admin.username, action: 'disable', user: user.username })
 */
export function noteAction(
  { services }: ActingCall,
  note: { readonly by: string; readonly action: string; readonly user?: string },
): void {
  services.log.info(note, 'administration')
}
