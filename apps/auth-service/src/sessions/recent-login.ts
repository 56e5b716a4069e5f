import { AuthError, requireRecentLogin, type VerifiedToken } from 'jotgate'

const isRecent = requireRecentLogin('5m')

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
