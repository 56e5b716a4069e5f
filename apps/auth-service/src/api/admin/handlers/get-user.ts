import { type GuardedHandler } from '../generated/server.js'
import { type User, type UserReq } from '../generated/types.js'
import { findUser, toUser } from '../users.js'

/** GET /admin/users/:id */
export const getUserHandler: GuardedHandler<UserReq, User> = async ({ request, services }) =>
  toUser(await findUser(services.users, request.id))
