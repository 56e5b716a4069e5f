import { type GuardedHandler } from './generated/service.js'
import { type Users, type UsersReq } from './generated/types.js'
import { toUser } from './users.js'

/** GET /admin/users */
export const listUsers: GuardedHandler<UsersReq, Users> = async ({ request, services }) => {
  const { search, after, limit } = request
  // One more than is asked for, to know whether there is another page.
  const users = await services.users.list({ search, after, limit: limit + 1 })
  const page = users.slice(0, limit)
  const last = page.at(-1)
  return {
    users: page.map(toUser),
    ...(users.length > limit && last !== undefined ? { next: last.username } : {}),
  }
}
