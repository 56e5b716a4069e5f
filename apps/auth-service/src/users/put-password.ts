import type { User, Users } from './users.js'

/** A password that takes the place of another. */
export interface NewPassword {
  readonly users: Pick<Users, 'replaceHash'>
  /** As it was when it was looked at. */
  readonly user: Pick<User, 'id' | 'passwordHash'>
  /** PHC string. */
  readonly to: string
  /** Ends the sessions that the old password has begun. */
  readonly end: () => Promise<unknown>
}

/**
 * Puts a password in the place of the one there was, and ends the sessions: before it, so that a store that fails leaves
 * everything as it was; after it, for logins with the old one meanwhile.
 *
 * @returns false when the user was changed meanwhile, and has the password that it was given then
 * @throws AuthError STORE_UNAVAILABLE
 * @example await putPassword({ users, user, to, end: () => issuer.endAll(user.id) })
 */
export async function putPassword({ users, user, to, end }: NewPassword): Promise<boolean> {
  await end()
  if (!(await users.replaceHash(user.id, { from: user.passwordHash, to }))) return false
  await end()
  return true
}
