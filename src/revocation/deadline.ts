import { AuthError } from '../foundation/errors.js'

const usualMs = 1000

/**
 * Asks a store, for as long as a caller can wait. What it answers later is still kept by the store, or still
 * harmless: entries are only ever added.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function withDeadline<T>(
  question: () => Promise<T>,
  deadlineMs = usualMs,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // What arrived while this process stood still is read first: an answer that is there counts.
      setImmediate(() => {
        reject(new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }))
      })
    }, deadlineMs)
  })
  try {
    return await Promise.race([question(), late])
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
