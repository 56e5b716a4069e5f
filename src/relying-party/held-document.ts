/** Seconds. */
const [freshFor, deadAfter, pauseAfterFailure] = [3600, 86_400, 1]

interface Held<T> {
  readonly value: T
  readonly at: number
}

/**
 * Keeps what is fetched from elsewhere: for an hour as it is, then for the rest of a day while it is fetched anew in the
 * background. One fetch runs at a time, and after a failure none for a second.
 *
 * @throws what `load` rejects with, while there is nothing to keep
 * @example const metadata = holdDocument((before) => discover(before), now); await metadata()
 */
export function holdDocument<T>(
  load: (before: T | undefined) => Promise<T>,
  now: () => number,
): () => Promise<T> {
  let held: Held<T> | undefined
  let running: Promise<T> | undefined
  let failed: { readonly error: unknown; readonly at: number } | undefined
  const fetchAnew = async (): Promise<T> => {
    try {
      const value = await load(held?.value)
      held = { value, at: now() }
      failed = undefined
      return value
    } catch (error) {
      failed = { error, at: now() }
      throw error
    }
  }
  return async () => {
    const age = held === undefined ? Infinity : now() - held.at
    if (held !== undefined && age < freshFor) return held.value
    const isPausing = failed !== undefined && Math.abs(now() - failed.at) < pauseAfterFailure
    if (!isPausing)
      running ??= fetchAnew().finally(() => {
        running = undefined
      })
    if (held !== undefined && age < deadAfter) {
      // Its failure is looked at when there is nothing left to keep.
      running?.catch(() => undefined)
      return held.value
    }
    if (running !== undefined) return running
    throw failed?.error
  }
}
