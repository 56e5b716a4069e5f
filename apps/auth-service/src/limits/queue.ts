import { busy } from '../foundation/faults.js'

/** The jobs of a {@link Queue}. */
export interface QueueLoad {
  readonly running: number
  readonly waiting: number
  /** Since the start. */
  readonly done: number
}

/** Jobs that share a fixed number of slots. */
export interface Queue {
  /**
   * Runs a job as soon as a slot is free; the first to come is the first to run.
   *
   * @throws RequestFault BUSY with `Retry-After`, at once, when the queue is full; whatever the job throws
   */
  run<T>(job: () => Promise<T>): Promise<T>
  load(): QueueLoad
}

/** Most jobs that wait for a slot. */
const mostWaiting = 64

/**
 * A queue with that many slots, and room for 64 jobs that wait.
 *
 * @example const hash = await createQueue(availableParallelism()).run(() => threads.hash(question))
 */
export function createQueue(slots: number): Queue {
  const waiting: (() => void)[] = []
  let running = 0
  let done = 0
  return {
    run: async (job) => {
      if (running >= slots) {
        if (waiting.length >= mostWaiting) throw busy()
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running++
      }
      try {
        return await job()
      } finally {
        done++
        const next = waiting.shift()
        if (next === undefined) running--
        else next() // which takes over the slot
      }
    },
    load: () => ({ running, waiting: waiting.length, done }),
  }
}
