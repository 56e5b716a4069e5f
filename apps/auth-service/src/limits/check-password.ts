import type { Passwords } from '../users/passwords.js'
import type { Turn } from './login-limits.js'

/** A password that somebody has sent, and what it is compared with. */
export interface Comparison {
  readonly password: string
  /** PHC string; undefined where there is no such account. */
  readonly phc: string | undefined
  /** Whether the right password is of use; else it counts as a wrong one, or the limits would tell that it is right. */
  readonly isEnabled: boolean
  readonly passwords: Passwords
  readonly isGone: () => boolean
}

/**
 * Compares a password, and counts how that ended. For an account that is locked it takes as long, and is never right.
 *
 * @throws RequestFault BUSY, which is no failure; AuthError STORE_UNAVAILABLE
 */
export async function checkPassword(turn: Turn, comparison: Comparison): Promise<boolean> {
  const { password, phc, isEnabled, passwords, isGone } = comparison
  const fits = await passwords
    .check(password, turn.locked ? undefined : phc, isGone)
    .catch(async (error: unknown) => {
      await turn.cancelled()
      throw error
    })
  return (await turn.decide(fits && isEnabled)) === 'right'
}
