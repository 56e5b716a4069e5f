import type { Configuration } from '../../configuration/configuration.js'
import { RequestFault } from '../../foundation/faults.js'
import { roleFault } from '../../users/names.js'
import type { User as StoredUser } from '../../users/users.js'
import { type Attributes, type User } from './generated/types.js'

const mostRoles = 32

/** What administrators see of a user. */
export function toUser(user: StoredUser): User {
  const { id, username, displayName, email, roles, disabled, attributes = {} } = user
  const { createdAt, lastLoginAt } = user
  return {
    ...{ id, username, displayName, email, roles: [...roles], disabled, attributes },
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(lastLoginAt === undefined ? {} : { lastLoginAt }),
  }
}

/** GET /admin/attributes */
export function attributesOf({
  userAttributes,
}: Pick<Configuration, 'userAttributes'>): Attributes {
  const attributes = Object.entries(userAttributes).map(([name, { type, claim }]) => ({
    ...{ name, type },
    ...(claim === undefined ? {} : { claim }),
  }))
  return { attributes }
}

/**
 * Roles as they are kept: words, each once.
 *
 * @throws RequestFault BODY_INVALID
 */
export function checkRoles(roles: readonly string[]): readonly string[] {
  if (roles.length > mostRoles)
    throw new RequestFault('BODY_INVALID', `roles: must be at most ${String(mostRoles)}`)
  const fault = roles.map(roleFault).find((each) => each !== undefined)
  if (fault !== undefined) throw new RequestFault('BODY_INVALID', `roles: a role ${fault}`)
  return [...new Set(roles)]
}
