/** Runs a step again and again, never twice at once, at the latest when it asked for it. */
export interface Alarm {
  /** Runs the step within that many milliseconds. */
  readonly within: (ms: number) => void
  /** No step begins any more. Resolves when none runs. */
  stop(): Promise<void>
}

/**
 * @param step returns the milliseconds until the next one; it must not reject
 * @example createAlarm(async () => (await poll()) ?? 5000).within(0)
 */
export function createAlarm(step: () => Promise<number>): Alarm {
  let timer: NodeJS.Timeout | undefined
  let ringsAt = Infinity
  let running: Promise<void> | undefined
  let isStopped = false
  const within = (ms: number): void => {
    const at = performance.now() + ms
    if (isStopped || at >= ringsAt) return
    ringsAt = at
    clearTimeout(timer)
    // While a step runs, its end sets the timer: what came meanwhile is not lost.
    if (running === undefined) timer = setTimeout(ring, ms).unref()
  }
  const ring = (): void => {
    ringsAt = Infinity
    running = run()
  }
  const run = async (): Promise<void> => {
    const next = await step()
    running = undefined
    const wanted = Math.min(next, ringsAt - performance.now())
    ringsAt = Infinity
    within(Math.max(0, wanted))
  }
  return {
    within,
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
