import type { Passwords } from '../passwords.js'
import type { User, Users } from '../users.js'

/** A user as a source knows it. The hash is empty where the source compares passwords itself, or the user has none. */
export type FoundUser = User

/**
 * Where the service's users come from: its own table, a table of another program, or an endpoint. Every function rejects with
 * AuthError STORE_UNAVAILABLE while the source does not answer, or answers what cannot be a user: then there is no login and
 * no refresh.
 */
export interface UserSource {
  /** The user of that name; undefined: there is none. */
  find(name: string): Promise<FoundUser | undefined>
  /**
   * Whether the password is right. Without a user the answer is false, after the time of a wrong password.
   *
   * @param isGone whether the caller has disconnected meanwhile: then nothing is compared
   * @throws RequestFault BUSY
   */
  checkPassword(
    user: FoundUser | undefined,
    password: string,
    isGone?: () => boolean,
  ): Promise<boolean>
  /** The user of that id, at each refresh; undefined or disabled: the user's sessions end. */
  load(id: string): Promise<FoundUser | undefined>
}

/**
 * The service's own table as a source.
 *
 * @example const source = ownSource(await createSqlUsers(database), passwords)
 */
export function ownSource(
  users: Pick<Users, 'byUsername' | 'byId'>,
  passwords: Pick<Passwords, 'check'>,
): UserSource {
  return {
    find: (name) => users.byUsername(name),
    checkPassword: (user, password, isGone) =>
      passwords.check(password, user?.passwordHash, isGone),
    load: (id) => users.byId(id),
  }
}
