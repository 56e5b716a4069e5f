import { AuthError, requireRecentLogin, type VerifiedToken } from 'jotgate'

const recent = 300
const isRecent = requireRecentLogin(recent)

/**
 * Refuses a token whose user has not logged in, or confirmed the password, within five minutes: what gives power to others
 * must not happen with a copied token, or on a screen left open.
 *
 * @throws AuthError STEP_UP_REQUIRED, with the challenge of RFC 9470
 */
export function refuseOldLogin(token: VerifiedToken<unknown>): void {
  const stepUp = isRecent.stepUp?.(token)
  if (stepUp !== undefined) throw new AuthError('STEP_UP_REQUIRED', { stepUp })
}

/** Whether the user of a token has logged in with a second factor (RFC 8176: `mfa`). */
export function hasSecondFactor({ payload }: VerifiedToken): boolean {
  const { amr } = payload
  return Array.isArray(amr) && amr.includes('mfa')
}

/**
 * Asks for a login with the second factor that the user has.
 *
 * @throws AuthError STEP_UP_REQUIRED, with the challenge of RFC 9470
 */
export function refuseSingleFactor(): never {
  throw new AuthError('STEP_UP_REQUIRED', { stepUp: { maxAge: recent } })
}
