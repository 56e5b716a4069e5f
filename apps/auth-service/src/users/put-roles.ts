import type { User, Users } from './users.js'

/** Roles that replace others. */
export interface NewRoles {
  readonly users: Pick<Users, 'replaceRoles'>
  /** The user as read before. */
  readonly user: Pick<User, 'id' | 'roles'>
  readonly to: readonly string[]
  /** Ends the user's sessions. */
  readonly end: () => Promise<unknown>
  /** Refuses access tokens issued until a second ago: each device refreshes once, and no session ends. */
  readonly renew: () => Promise<unknown>
}

/**
 * Replaces a user's roles. When one is taken away the sessions end, before the change, so that a failing store leaves
 * everything unchanged, and after it, for logins meanwhile: a refresh under way may sign a token with the old roles, and
 * only its session refuses that one. When none is taken away no session ends: tokens are refreshed, with the new roles.
 *
 * @returns undefined when the user was changed meanwhile, and keeps the roles set then
 * @throws AuthError STORE_UNAVAILABLE; the same change again completes it
 * @example await putRoles({ users, user, to: ['editor'], end, renew })
 */
export async function putRoles({
  users,
  user,
  to,
  end,
  renew,
}: NewRoles): Promise<User | undefined> {
  const takesAway = user.roles.some((role) => !to.includes(role))
  if (takesAway) await end()
  const changed = await users.replaceRoles(user.id, { from: user.roles, to })
  if (changed !== undefined) await (takesAway ? end() : renew())
  return changed
}

/** The cut-off of {@link NewRoles.renew}: a token that a device gets in this second is not refused again. */
export function renewBefore(): number {
  return Math.floor(Date.now() / 1000) - 1
}
