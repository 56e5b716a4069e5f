const shortestDelayMs = 100
const longestDelayMs = 2000

/** Milliseconds to wait before the next attempt: doubles with each failure up to a limit, with jitter between processes. */
export function reconnectDelayMs(failures: number): number {
  const most = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(failures, 10))
  return most * (0.5 + Math.random() / 2)
}

/** A wait that can be ended early. */
export interface Pause {
  /** Resolves after `ms` milliseconds, or when `wake` is called. Does not keep the process alive. */
  readonly for: (ms: number) => Promise<void>
  /** Ends the current wait. */
  readonly wake: () => void
}

/** @example await createPause().for(1000) */
export function createPause(): Pause {
  let wake = (): void => undefined
  return {
    for: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms).unref()
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    wake: () => {
      wake()
    },
  }
}
