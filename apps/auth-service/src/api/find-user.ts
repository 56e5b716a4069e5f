import { RequestFault } from '../foundation/faults.js'
import type { User, Users } from '../users/users.js'

/**
 * The user of an id.
 *
 * @throws RequestFault USER_UNKNOWN
 * @example const user = await findUser(services.users, request.id)
 */
export async function findUser(users: Pick<Users, 'byId'>, id: string): Promise<User> {
  return found(await users.byId(id))
}

/**
 * A user that a store of users has found.
 *
 * @throws RequestFault USER_UNKNOWN
 * @example const user = found(await services.users.setDisabled(id, true))
 */
export function found(user: User | undefined): User {
  if (user === undefined) throw new RequestFault('USER_UNKNOWN')
  return user
}
