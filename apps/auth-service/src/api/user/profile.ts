import { AuthError } from 'jotgate'
import { permissionsOf } from '../../users/permissions.js'
import { type User } from '../../users/users.js'
import { type GuardedCall } from './generated/service.js'
import { type Profile } from './generated/types.js'
import { type Services } from './services.js'

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

/**
 * What a user sees of itself.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function toProfile(user: User, services: ProfileServices): Promise<Profile> {
  const { id, username, displayName, email, roles } = user
  const permissions = permissionsOf(roles)
  const isActive = await services.secondFactor.required(user)
  const isNeeded = services.configuration.secondFactor === 'admins' && permissions.length > 0
  const secondFactor = isActive ? 'active' : isNeeded ? 'missing' : 'none'
  return {
    ...{ id, username, displayName, email, roles, secondFactor },
    permissions: secondFactor === 'missing' ? [] : [...permissions],
  }
}

type ProfileServices = Pick<Services, 'configuration' | 'secondFactor'>
