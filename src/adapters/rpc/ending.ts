type Keep = <R>(fn: () => R) => R

/** Cuts off promises and iterators. */
interface Ending {
  /** The promise that `run` returns, or the end, whichever comes first. */
  readonly until: <R>(run: () => Promise<R>) => Promise<R>
  /** The same items, each produced in the context, until the end; `finished` is called when no more will come. */
  readonly each: <T>(items: AsyncIterable<T>, finished?: () => void) => AsyncIterable<T>
  /** Rejects everything that waits or will wait. */
  readonly end: (error: Error) => void
}

/**
 * Cuts off a stream that is being waited for. Not `Promise.race`: racing every item against one promise that lives as
 * long as the stream would leak memory for each item.
 *
 * @example const { each, end } = createEnding(keepContext())
 */
export function createEnding(keep: Keep = (fn) => fn()): Ending {
  const waiting = new Set<(error: Error) => void>()
  let ended: Error | undefined
  const until: Ending['until'] = (run) =>
    new Promise((resolve, reject) => {
      if (ended) {
        reject(ended)
        return
      }
      waiting.add(reject)
      const pending = keep(run)
      void pending.then(resolve, reject).finally(() => waiting.delete(reject))
    })
  const each: Ending['each'] = (items, finished = () => undefined) => ({
    [Symbol.asyncIterator]: () => {
      const inner = keep(() => items[Symbol.asyncIterator]())
      return iteratorOver({ inner, keep, until, finished })
    },
  })
  const end = (error: Error) => {
    ended = error
    for (const reject of waiting) reject(error)
    waiting.clear()
  }
  return { until, each, end }
}

interface Iterated<T> {
  readonly inner: AsyncIterator<T>
  readonly keep: Keep
  readonly until: Ending['until']
  readonly finished: () => void
}

function iteratorOver<T>({ inner, keep, until, finished }: Iterated<T>): AsyncIterator<T> {
  const leave = async () => {
    finished()
    await keep(() => inner.return?.())
  }
  return {
    next: async () => {
      try {
        const step = await until(() => inner.next())
        if (step.done === true) finished()
        return step
      } catch (error) {
        // The producer learns of it at its next step; its answer is neither awaited nor used.
        leave().catch(() => undefined)
        throw error
      }
    },
    return: async () => {
      await leave()
      return { done: true, value: undefined }
    },
  }
}
