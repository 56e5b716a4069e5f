import { askStore } from '../foundation/ask-store.js'
import { notify } from '../foundation/listener.js'
import { toEvent } from './events.js'
import type { StoredSession } from './ports.js'
import { haveExpired, revokeAccess } from './revoke-access.js'
import type { SessionsPolicy } from './session-policy.js'
import { settle } from './settle.js'

/** Sessions that one login ends at most: a subject that had far more of them gets there in several logins. */
const mostAtOnce = 16

/**
 * Ends the sessions, least recently used first, that a subject has beyond `maxSessions` at the client of its newest one.
 * Never rejects: the login has succeeded, and the next one makes room if this one could not.
 */
export async function evictBeyond(policy: SessionsPolicy, newest: StoredSession): Promise<void> {
  const { id, subject, client } = newest
  const [listed] = await Promise.allSettled([
    askStore(policy.storeDeadlineMs, () => policy.store.list(subject, policy.now())),
  ])
  if (listed.status === 'rejected') return
  const same = listed.value.filter((session) => session.client === client)
  const excess = same.length - policy.maxSessions
  if (excess <= 0) return
  const evicted = same
    // Of two logins at once neither ends the other's: the next one does.
    .filter((session) => session.id !== id && session.rotatedAt < newest.createdAt)
    .sort((one, other) => one.rotatedAt - other.rotatedAt)
    .slice(0, Math.min(excess, mostAtOnce))
  await Promise.allSettled(evicted.map((session) => evict(policy, session)))
}

async function evict(policy: SessionsPolicy, session: StoredSession): Promise<void> {
  const end = () => policy.store.end(session.id, policy.now())
  const ended = await askStore(policy.storeDeadlineMs, end)
  notify(policy.hooks.onEvicted, toEvent(session, policy.now()))
  if (ended === undefined) return
  // An entry for tokens that have expired would only take room in the list.
  if (!haveExpired(policy, ended, policy.now()))
    await revokeAccess(policy, ended, { mayFold: true })
  await settle(policy, [ended])
}
