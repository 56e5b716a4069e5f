import type { Logger } from 'pino'
import type { Loads, TargetLoad } from './loads.js'
import type { OutboxStatus } from './message.js'
import type { Waiting } from './waiting.js'

/** Looks regularly at the messages of all processes. */
export interface Look {
  /** What waits for each target; empty while the database does not answer. Never rejects. */
  look(): Promise<readonly TargetLoad[]>
  /** As of the last look. */
  status(): Pick<OutboxStatus, 'waiting' | 'oldest' | 'failed'>
}

/** Options of {@link createLook}. */
export interface LookParts {
  readonly log: Logger
  /** Milliseconds that a message is kept after it was given up. */
  readonly keepFailed: number
  /** Gets what each look counts. */
  readonly counts: Pick<Waiting, 'beginCount'>
}

/** Milliseconds between two looks for messages to give up and to delete. */
const sweepEvery = 60_000

/** @example const loads = await createLook(loads, { log, keepFailed, counts: waiting }).look() */
export function createLook(table: Loads, { log, keepFailed, counts }: LookParts): Look {
  let [waiting, oldest, failed] = [0, 0, 0]
  let sweptAt = -Infinity
  let hasFailed = false
  const look = async (): Promise<readonly TargetLoad[]> => {
    if (performance.now() - sweptAt >= sweepEvery) {
      await table.sweep(keepFailed)
      sweptAt = performance.now()
    }
    const note = counts.beginCount()
    const loads = await table.list()
    note(loads)
    failed = await table.countFailed()
    waiting = loads.reduce((sum, load) => sum + load.waiting, 0)
    oldest = Math.max(0, ...loads.map(({ age }) => age)) / 1000
    return loads
  }
  return {
    look: async () => {
      try {
        const loads = await look()
        hasFailed = false
        return loads
      } catch (error) {
        // Once for each time that it begins to fail.
        if (!hasFailed) log.warn({ err: error }, 'the outbox cannot be read: tried again later')
        hasFailed = true
        return []
      }
    },
    status: () => ({ waiting, oldest, failed }),
  }
}
