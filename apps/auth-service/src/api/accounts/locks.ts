import { userOf, userParty } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import { isOfAddress, type Lock as StoredLock } from '../../limits/lockouts.js'
import { actingAdmin, checkReach, recordAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import { type Lock, type LockReq, type Locks, type LocksReq } from './generated/types.js'

/**
 * GET /admin/locks: those of this process alone where it counts alone.
 *
 * @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE
 */
export const listLocks: GuardedHandler<LocksReq, Locks> = async ({ request, services }) => {
  const { user, after, limit } = request
  // One more than is asked for, to know whether there is another page.
  const query = {
    user,
    after: after === undefined ? undefined : readCursor(after),
    limit: limit + 1,
  }
  const found = await services.lockouts.list(query)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    locks: await Promise.all(page.map((lock) => toLock(lock, services.users))),
    ...(found.length > limit && last !== undefined ? { next: toCursor(last) } : {}),
  }
}

type Users = Parameters<typeof listLocks>[0]['services']['users']

async function toLock(lock: StoredLock, users: Users): Promise<Lock> {
  const { id, user: userId, until, wrong } = lock
  return {
    ...{ id, userId, until: Math.ceil(until / 1000), wrongPasswords: wrong },
    username: (await users.byId(userId))?.username ?? '',
    knownAddress: isOfAddress(lock),
  }
}

type Place = Pick<StoredLock, 'until' | 'id'>

function toCursor({ until, id }: Place): string {
  return `${String(until)}.${id}`
}

function readCursor(text: string): Place {
  const [, until, id] = /^(\d{1,16})\.([\w-]{22})$/.exec(text) ?? []
  if (until === undefined || id === undefined)
    throw new RequestFault('BODY_INVALID', 'after: must be the next of the page before')
  return { until: Number(until), id }
}

/**
 * DELETE /admin/locks/:id
 *
 * @throws RequestFault LOCK_UNKNOWN for a lock that has ended, BEYOND_OWN; AuthError STORE_UNAVAILABLE
 */
export const unlock: GuardedHandler<LockReq, void> = async (call) => {
  const { request, services } = call
  const { users, lockouts } = services
  const admin = await actingAdmin(call)
  const lock = /^[\w-]{22}$/.test(request.id) ? await lockouts.find(request.id) : undefined
  if (lock === undefined) throw new RequestFault('LOCK_UNKNOWN')
  const user = await users.byId(lock.user)
  checkReach(admin, user?.roles ?? [])
  await lockouts.unlock(lock)
  const subject = user === undefined ? userOf(lock.user) : userParty(user)
  await recordAction(call, admin, { kind: 'user.unlocked', subject })
}
