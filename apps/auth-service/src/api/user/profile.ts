import { AuthError } from 'jotgate'
import { permissionsOf } from '../../users/permissions.js'
import { type User } from '../../users/users.js'
import { type GuardedCall } from './generated/service.js'
import { type Profile } from './generated/types.js'

/**
 * The user behind the token.
 *
 * @throws AuthError SUBJECT_REFUSED when there is none any more
 */
export async function currentUser({ claims, services }: GuardedCall<object>): Promise<User> {
  const user = await services.users.byId(claims.sub ?? '')
  if (!user || user.disabled) throw new AuthError('SUBJECT_REFUSED')
  return user
}

/** What a user sees of itself. */
export function toProfile({ id, username, displayName, email, roles }: User): Profile {
  return { id, username, displayName, email, roles, permissions: [...permissionsOf(roles)] }
}
