import type { SqlStatement } from 'jotgate/stores/sqlite'
import type { User, Users } from './users.js'

/** What {@link deleteUser} needs. */
export interface Deletion {
  readonly users: Pick<Users, 'remove'>
  readonly user: Pick<User, 'id'>
  /** Ends the user's sessions, and has their access tokens refused. */
  readonly end: () => Promise<unknown>
  /** What keeps something of the user elsewhere: each forgets it, by the user's id. */
  readonly forget: readonly ((id: string) => Promise<unknown>)[]
  /** Runs in one transaction with the deletion of the rows: what must be known of a user who is gone. */
  readonly also: (id: string) => readonly SqlStatement[]
}

/**
 * Deletes a user for good; ids are drawn at random, so that none is used again. All of it happens twice: the sessions end
 * before the rows go, so that a failing store leaves a user whose deletion can be repeated, and logins meanwhile may have
 * begun sessions and written rows.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await deleteUser({ users, user, end: () => sessions.endAll(user.id), forget: [locks.unlockUser], also: () => [] })
 */
export async function deleteUser(deletion: Deletion): Promise<void> {
  const { users, user, end, forget, also } = deletion
  for (let round = 0; round < 2; round++) {
    await end()
    for (const each of forget) await each(user.id)
    await users.remove(user.id, also(user.id))
  }
}
