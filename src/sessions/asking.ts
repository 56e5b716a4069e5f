import { AuthError, type ErrorCode } from '../core/errors.js'

/** Seconds after which a caller may try again when something did not answer. */
const retryAfter = 1

/**
 * Asks something outside: a store, a key, the subject's record. What it throws, other than a refusal of its own, means
 * "can not tell", which is never a 401: that would log people out.
 *
 * @throws AuthError the code given, with the fault as its cause
 */
export async function ask<T>(code: ErrorCode, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError(code, { retryAfter }, { cause: error })
  }
}
