import { setTimeout as sleep } from 'node:timers/promises'
import { within } from 'jotgate/extend'
import type { Logger } from 'pino'
import { SetupFault } from '../../foundation/setup-fault.js'
import { isPassing, reasonOf } from './passing.js'

/** Something that a start waits for. */
export interface Awaited {
  /** Its name in the log, without user name and password. */
  readonly name: string
  /** The configuration field with its address. */
  readonly field: string
}

/** How a start waits for stores that do not answer yet. */
export interface Patience {
  /** Milliseconds for a single request of the start. */
  readonly deadlineMs: number
  readonly stage: () => Stage
  /**
   * Runs a step, and repeats it while its store does not answer. A step may have succeeded without an answer and then
   * run again, so it must be harmless to repeat.
   *
   * @throws SetupFault naming the field when the time is over; at once for a permanent fault
   */
  wait<T>(what: Awaited, step: () => Promise<T>): Promise<T>
  /** Ends the start: from now on nothing is repeated. */
  end(stage: Exclude<Stage, 'start'>): void
}

/** The current stage: a start repeats requests, a command waits once as long as a start, a request asks once. */
export type Stage = 'start' | 'command' | 'requests'

/** Milliseconds between two attempts: the first pause, and the longest. */
const pauses = { first: 100, longest: 2000 } as const

/**
 * The patience of one start, in seconds for everything it waits for: a database that starts together with the service,
 * is slow because many services start, or fails over.
 *
 * @example const keys = await createPatience({ log, seconds: 30 }).wait(database, () => store.read())
 */
export function createPatience({ log, seconds }: PatienceParts): Patience {
  let leftMs = seconds * 1000
  const spend = async <T>(work: () => Promise<T>): Promise<T> => {
    const since = performance.now()
    try {
      return await work()
    } finally {
      leftMs -= performance.now() - since
    }
  }
  let stage: Stage = 'start'
  return {
    deadlineMs: Math.min(seconds * 1000, longestDeadlineMs),
    stage: () => stage,
    end: (next) => {
      stage = next
    },
    wait: async (what, step) => {
      let reason = 'no answer'
      for (let pause: number = pauses.first; ; pause = Math.min(pause * 2, pauses.longest)) {
        try {
          return await spend(() => within(Math.max(0, leftMs), step, { late: () => new CutOff() }))
        } catch (error) {
          if (!isPassing(error) && !(error instanceof CutOff)) throw error
          // A last attempt cut off after some milliseconds has no useful reason; the one before has.
          if (!(error instanceof CutOff)) reason = reasonOf(error)
          if (leftMs <= 0) throw gaveUp(what, seconds, reason)
          log.warn({ problem: reason }, `waiting for ${what.name}: it does not answer yet`)
          await spend(() => sleep(Math.min(pause, leftMs)))
          if (leftMs <= 0) throw gaveUp(what, seconds, reason)
        }
      }
    },
  }
}

/** Options of {@link createPatience}. */
export interface PatienceParts {
  readonly log: Logger
  readonly seconds: number
}

/** The longest deadline that a store accepts. */
const longestDeadlineMs = 60_000

/** The time ended before the step did. */
class CutOff extends Error {}

function gaveUp({ name, field }: Awaited, seconds: number, reason: string): SetupFault {
  return new SetupFault(`${field}: ${name} did not answer within ${String(seconds)} s (${reason})`)
}
