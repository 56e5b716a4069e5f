import type { User } from '../../users/users.js'

/**
 * Why it is not proved who the caller is. `incomplete`: the password is right, and the code is missing. Answer all
 * others alike: the difference tells that an account exists.
 */
export interface Unproven {
  readonly kind: 'wrong' | 'wrong code' | 'locked' | 'disabled' | 'incomplete'
  /** The account that was named, if there is one. */
  readonly account: User | undefined
}
