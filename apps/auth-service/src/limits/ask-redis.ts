import { askStore } from 'jotgate/extend'

/** Milliseconds: a login waits no longer for a counter. */
const deadlineMs = 500

/**
 * Asks Redis, for as long as a login can wait.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await askRedis(() => redis.get(name))
 */
export function askRedis<T>(question: () => Promise<T>): Promise<T> {
  return askStore(deadlineMs, question)
}
