import type { User } from '../users.js'

/** The user whose second factor it is. */
export type FactorOwner = Pick<User, 'id' | 'username'>

/** What a user has as a second factor. */
export interface FactorState {
  /** Whether a login asks for it. */
  readonly isActive: boolean
  /** Recovery codes that were not used. */
  readonly recoveryCodes: number
}

/** What a user needs to set it up, shown once. */
export interface BegunFactor {
  /** Base32 (RFC 4648 section 6), to type in. */
  readonly secret: string
  /** `otpauth://…`, to be shown as a QR code. */
  readonly uri: string
}

/** A right code of what was begun. */
export interface BegunCode {
  readonly step: number
  /** The secret that it is a code of, as it is stored. */
  readonly sealed: string
}

/** The result of {@link SecondFactor.check}; undefined: wrong, or used before. */
export type UsedCode = 'otp' | 'recovery' | undefined

/**
 * Something that a user has beside the password. Every function rejects with AuthError STORE_UNAVAILABLE, and with
 * KEYS_UNAVAILABLE when the secrets cannot be read: then there is no login.
 */
export interface SecondFactor {
  /** Whether a login of this user needs a code. */
  required(user: FactorOwner): Promise<boolean>
  state(user: FactorOwner): Promise<FactorState>
  /**
   * Begins to set one up: a login asks for it once it is confirmed. Begun again, it replaces what was begun.
   *
   * @throws RequestFault SECOND_FACTOR_EXISTS, SECOND_FACTOR_OFF
   */
  begin(user: FactorOwner): Promise<BegunFactor>
  /**
   * Checks a code of what was begun, and changes nothing yet; undefined: the code is wrong, or nothing was begun. What was begun
   * ends after ten minutes, and after five codes, right or wrong. Count wrong ones as wrong passwords of the account.
   */
  checkBegun(user: FactorOwner, code: string): Promise<BegunCode | undefined>
  /**
   * Makes what was begun active, so that logins ask for it, and returns the recovery codes; undefined: another request has
   * confirmed or replaced it, and nothing has changed.
   */
  confirm(user: FactorOwner, right: BegunCode): Promise<readonly string[] | undefined>
  /** Checks a code, which is used up by it, in one step over all processes. */
  check(user: FactorOwner, code: string): Promise<UsedCode>
  /** Removes it; false: there was none. Also for a user who is deleted. */
  remove(user: Pick<FactorOwner, 'id'>): Promise<boolean>
}
