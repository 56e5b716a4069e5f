import { AuthError } from 'jotgate'

/** Milliseconds: whoever logs in waits no longer for a count. */
const deadlineMs = 500

/**
 * Asks Redis, and waits for the answer no longer than a login may.
 *
 * @throws AuthError STORE_UNAVAILABLE when there is none, or none in time
 * @example await withinDeadline(() => redis.get(name))
 */
export async function withinDeadline<T>(question: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis did not answer within ${String(deadlineMs)} ms`))
    }, deadlineMs)
  })
  try {
    return await Promise.race([question(), late])
  } catch (cause) {
    throw new AuthError('STORE_UNAVAILABLE', {}, { cause })
  } finally {
    clearTimeout(timer)
  }
}
