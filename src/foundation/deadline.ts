import { AuthError, ConfigError } from './errors.js'

/** Milliseconds for one question to a store in the network: short enough that its caller hears of it within 300 ms. */
export const deadlineDefault = 250

/**
 * Waits for an answer as long as a caller can wait. Every fault of the question, and no answer in time, is a store that
 * did not answer; an answer that comes later is nobody's.
 *
 * @throws AuthError STORE_UNAVAILABLE with the fault as its cause
 * @example const row = await withinDeadline(() => client.get(key), 250)
 */
export async function withinDeadline<T>(question: () => Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      afterReading(() => {
        reject(new LateAnswer(`no answer within ${String(ms)} ms`))
      })
    }, ms)
  })
  try {
    return await Promise.race([question(), late])
  } catch (cause) {
    throw cause instanceof AuthError || cause instanceof ConfigError ? cause : unavailable(cause)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A process that stood still finds its deadlines over before it reads what has long arrived: an answer that is there
 * counts. Sockets are read between timers and what is set here.
 */
export function afterReading(then: () => void): void {
  setImmediate(then)
}

class LateAnswer extends Error {}

/** Whether a question had no answer in time, as against a bad one. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof LateAnswer
}

/** The error of a store that did not answer. */
export function unavailable(cause: unknown): AuthError {
  return new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
}

/** @throws ConfigError for a deadline that is no whole number of milliseconds between 1 and 60,000 */
export function checkDeadline(place: string, ms: number): number {
  if (Number.isSafeInteger(ms) && ms >= 1 && ms <= 60_000) return ms
  throw new ConfigError(`${place}.deadlineMs`, 'must be a whole number of milliseconds')
}
