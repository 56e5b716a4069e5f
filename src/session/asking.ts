import { AuthError, type ErrorCode } from '../foundation/errors.js'

/** Seconds after which a caller may try again when something did not answer. */
const retryAfter = 1

/**
 * Asks something outside: a key, a store. What it throws, other than a refusal of its own, means "can not tell", which
 * is never a 401: that would log people out.
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

/**
 * Asks a store, or the application about a subject, for as long as a caller can wait. A store has a deadline of its own;
 * this one is for those that have not. What is done after it all the same can be asked for again: a rotation gives the
 * same successor, and ending twice is ending.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await askStore(policy, () => policy.sessions.find(id))
 */
export function askStore<T>(
  { storeDeadlineMs }: { readonly storeDeadlineMs: number },
  question: () => Promise<T>,
): Promise<T> {
  return ask('STORE_UNAVAILABLE', async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // One more look at what has come in: it is not the store's fault when this process was busy.
        setImmediate(() => {
          reject(new Error(`no answer within ${String(storeDeadlineMs)} ms`))
        })
      }, storeDeadlineMs)
    })
    try {
      return await Promise.race([question(), late])
    } finally {
      clearTimeout(timer)
    }
  })
}
