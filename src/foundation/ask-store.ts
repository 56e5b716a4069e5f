import { within } from './deadline.js'
import { AuthError } from './errors.js'
import { isError } from './realms.js'

/**
 * Asks a store, for at most `ms` milliseconds. A fault of the store and a missing answer are the same to a caller: the
 * store is unavailable (503), which is never a 401 that would log users out.
 *
 * @throws AuthError STORE_UNAVAILABLE with the fault as its cause; an AuthError of the question as it is
 * @example const row = await askStore(250, () => client.get(key))
 */
export async function askStore<T>(ms: number, question: () => T | PromiseLike<T>): Promise<T> {
  const late = () => new LateAnswer(`no answer within ${String(ms)} ms`)
  try {
    return await within(ms, question, { late })
  } catch (cause) {
    throw cause instanceof AuthError ? cause : unavailable(cause)
  }
}

class LateAnswer extends Error {}

/** Whether a store gave no answer in time, as against a bad answer. */
export function isLate(error: unknown): boolean {
  return isError(error) && error.cause instanceof LateAnswer
}

/** The error of a store that gave no usable answer; callers may try again after a second. */
export function unavailable(cause: unknown): AuthError {
  return new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
}
