import type { User, Users } from './users.js'

/** A password that replaces another. */
export interface NewPassword {
  readonly users: Pick<Users, 'replaceHash'>
  /** The user as read before. */
  readonly user: Pick<User, 'id' | 'passwordHash'>
  /** PHC string. */
  readonly to: string
  /** Ends the sessions started with the old password. */
  readonly end: () => Promise<unknown>
}

/**
 * Replaces a password, and ends the sessions: before the change, so that a failing store leaves everything unchanged;
 * and after it, for logins with the old one meanwhile.
 *
 * @returns false when the user was changed meanwhile, and keeps the password set then
 * @throws AuthError STORE_UNAVAILABLE
 * @example await putPassword({ users, user, to, end: () => issuer.endAll(user.id) })
 */
export async function putPassword({ users, user, to, end }: NewPassword): Promise<boolean> {
  await end()
  if (!(await users.replaceHash(user.id, { from: user.passwordHash, to }))) return false
  await end()
  return true
}
