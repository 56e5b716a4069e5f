import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AttemptEnd } from './attempt.js'
import { backoff, messageGrowth } from './backoff.js'
import type { LeasedMessage, Leases } from './leases.js'

/** What {@link keepEnd} uses. */
export interface EndParts {
  readonly leases: Leases
  readonly log: Logger
  /** From 0 to 1. */
  readonly random: () => number
}

/**
 * Writes down how an attempt ended. If the database does not take it, the lease ends by itself, and the message is
 * delivered again. Never rejects.
 */
export async function keepEnd(
  message: LeasedMessage,
  end: AttemptEnd,
  parts: EndParts,
): Promise<void> {
  const { topic, target, id } = message
  try {
    await repeatedly(() => write(message, end, parts))
  } catch (error) {
    parts.log.warn({ err: error, topic, target, id }, 'the end of a delivery could not be kept')
  }
}

async function write(message: LeasedMessage, end: AttemptEnd, parts: EndParts): Promise<void> {
  const { leases, log, random } = parts
  const { topic, target, id, attempts } = message
  switch (end.kind) {
    case 'delivered':
      return leases.remove(message)
    case 'interrupted':
      return leases.giveBack(message)
    case 'gone':
      await leases.giveUp(message, end.problem)
      log.warn({ topic, target, id, problem: end.problem }, 'the receiver wants no more messages')
      return
    case 'failed': {
      const delay = backoff(messageGrowth, attempts, random())
      const isGivenUp = await leases.putOff(message, delay, end.problem)
      if (isGivenUp) log.warn({ topic, target, id, problem: end.problem }, 'a message is given up')
    }
  }
}

/** Milliseconds before each further try: a file that another process is writing is free in a moment. */
const pauses = [50, 200, 500, 1000] as const

async function repeatedly(step: () => Promise<void>): Promise<void> {
  for (const pause of pauses) {
    try {
      await step()
      return
    } catch {
      // The last try, below, reports its error.
      await sleep(pause, undefined, { ref: false })
    }
  }
  await step()
}
