import { setTimeout as sleep } from 'node:timers/promises'
import { within } from 'jotgate/extend'
import type { Logger } from 'pino'
import { SetupFault } from '../../foundation/setup-fault.js'
import { isPassing, reasonOf } from './passing.js'

/** Something that a start waits for. */
export interface Awaited {
  /** What the log calls it, without a name or password of who uses it. */
  readonly name: string
  /** The field of the configuration that says where it is. */
  readonly field: string
}

/** How a start waits for what does not answer yet. */
export interface Patience {
  /** Milliseconds that a single question of the start may take. */
  readonly deadlineMs: number
  readonly stage: () => Stage
  /**
   * Takes a step, again and again while what it needs does not answer. A step that was taken without anybody hearing of it
   * is taken once more, so it must be one that does no harm twice.
   *
   * @throws SetupFault naming the field when the time is over; at once what no waiting mends
   */
  wait<T>(what: Awaited, step: () => Promise<T>): Promise<T>
  /** The start is over: nothing is asked twice any more. */
  end(stage: Exclude<Stage, 'start'>): void
}

/** What is asked for now: a start asks again and again, a command once and for as long as a start, a request once. */
export type Stage = 'start' | 'command' | 'requests'

/** Milliseconds between two attempts: the first pause, and the longest. */
const pauses = { first: 100, longest: 2000 } as const

/**
 * The patience of one start, in seconds for all it waits: a database that comes up with the service, is slow
 * under everybody's start, or fails over, is waited for.
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
          // A last attempt cut off after some milliseconds says nothing; what was said before it does.
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

/** What {@link createPatience} is told. */
export interface PatienceParts {
  readonly log: Logger
  readonly seconds: number
}

/** What a store takes. */
const longestDeadlineMs = 60_000

/** The time was over before the step was. */
class CutOff extends Error {}

function gaveUp({ name, field }: Awaited, seconds: number, reason: string): SetupFault {
  return new SetupFault(`${field}: ${name} did not answer within ${String(seconds)} s (${reason})`)
}
