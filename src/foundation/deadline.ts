/** What {@link within} does besides waiting. */
export interface Deadline {
  /** The error of an answer that did not come in time. */
  readonly late: () => Error
}

/**
 * Waits for an answer, for at most `ms` milliseconds. An answer that arrived while the process stood still counts: a
 * process that was busy finds its timer over before it reads the socket, so the deadline looks once more after the
 * sockets have been read.
 *
 * The work itself goes on; pass an `AbortSignal` to it when it can be stopped.
 *
 * @throws what `question` throws or rejects with; what `late` makes when no answer came in time
 * @example await within(250, () => client.get(key), { late: () => new Error('no answer within 250 ms') })
 */
export async function within<T>(
  ms: number,
  question: () => T | PromiseLike<T>,
  { late }: Deadline,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAnswered = false
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      afterReading(() => {
        if (!isAnswered) reject(late())
      })
    }, ms)
  })
  try {
    return await Promise.race([question(), over])
  } finally {
    isAnswered = true
    clearTimeout(timer)
  }
}

/** Node reads sockets between timers and immediates. Browsers have no immediates, and a timer is a turn of its own. */
const afterReading: (then: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : (then) => setTimeout(then, 0)
