import { askStore } from '../foundation/ask-store.js'
import { notify } from '../foundation/listener.js'
import { toEvent } from './events.js'
import type { StoredSession } from './ports.js'
import { mayHaveAccess } from './revoke-access.js'
import type { SessionsPolicy } from './session-policy.js'
import { endBoth, settle } from './settle.js'

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
  const others = listed.value.filter((session) => session.client === client && session.id !== id)
  const excess = others.length + 1 - policy.maxSessions
  if (excess <= 0) return
  const evicted = others
    .sort((one, other) => one.rotatedAt - other.rotatedAt)
    .slice(0, Math.min(excess, mostAtOnce))
  await Promise.allSettled(evicted.map((session) => evict(policy, session)))
}

async function evict(policy: SessionsPolicy, session: StoredSession): Promise<void> {
  if (mayHaveAccess(policy, session)) await endBoth(policy, session)
  else {
    // An entry for tokens that have expired would only take room in the list.
    const ended = await askStore(policy.storeDeadlineMs, () =>
      policy.store.end(session.id, policy.now()),
    )
    if (ended !== undefined) await settle(policy, [ended])
  }
  notify(policy.hooks.onEvicted, toEvent(session, policy.now()))
}
