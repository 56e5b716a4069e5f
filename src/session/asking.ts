import { AuthError, type ErrorCode } from '../foundation/errors.js'

/** Seconds after which a caller may try again when something did not answer. */
const retryAfter = 1

/**
 * Asks something outside, such as the signing key. What it throws means "could not decide" (503), other than an AuthError,
 * which is thrown as it is.
 *
 * @throws AuthError the code given, with the fault as its cause
 * @example await ask('KEYS_UNAVAILABLE', () => policy.sign(claims))
 */
export async function ask<T>(code: ErrorCode, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError(code, { retryAfter }, { cause: error })
  }
}
