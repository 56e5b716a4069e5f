/** Work that is put off. */
export interface Delays {
  /** Runs the work after that many milliseconds. */
  add(ms: number, work: () => Promise<void>): void
  /** How much of it has not begun. */
  size(): number
  isClosed(): boolean
  /** Runs what has not begun at once, and resolves when all of it is done. */
  close(): Promise<void>
}

/**
 * Timers that keep no process alive and that can be brought forward. The work does not reject.
 *
 * @example const delays = createDelays(); delays.add(500, () => write(row))
 */
export function createDelays(): Delays {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>()
  const running = new Set<Promise<void>>()
  let isClosed = false
  const run = (work: () => Promise<void>): void => {
    const done = work().finally(() => running.delete(done))
    running.add(done)
  }
  return {
    add: (ms, work) => {
      const timer = setTimeout(() => {
        waiting.delete(timer)
        run(work)
      }, ms).unref()
      waiting.set(timer, work)
    },
    size: () => waiting.size,
    isClosed: () => isClosed,
    close: async () => {
      isClosed = true
      for (const [timer, work] of waiting) {
        clearTimeout(timer)
        run(work)
      }
      waiting.clear()
      await Promise.all(running)
    },
  }
}
