import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { RecordedEvent, ServiceEvent } from './event.js'

/** Takes what happened. Resolves when it is kept. */
export interface EventSink {
  take(event: RecordedEvent): Promise<void>
  /** A login named an account that does not exist. Many of these come at once under attack: they may be counted only. */
  refusedUnknown?(network: string): void
}

/** Records what happens in the service. */
export interface Events {
  /**
   * Hands an event to every sink, and resolves when all have taken it. Never rejects: what has happened has happened.
   *
   * @example await events.record({ kind: 'key.rotated', result: 'done', actor })
   */
  record(event: ServiceEvent): Promise<void>
  /** The same for a caller that repeats until it resolves. Rejects with what the first sink failed with. */
  keep(event: ServiceEvent): Promise<void>
  /** Notes that a login named an account that does not exist. */
  refusedUnknown(network: string): void
}

/** Options of {@link createEvents}. */
export interface EventsOptions {
  readonly sinks: readonly EventSink[]
  readonly log: Pick<Logger, 'error'>
}

/**
 * Records events in every sink.
 *
 * @example const events = createEvents({ sinks: [audit.sink], log })
 */
export function createEvents({ sinks, log }: EventsOptions): Events {
  const keep = async (event: ServiceEvent): Promise<void> => {
    const id = randomBytes(16).toString('base64url')
    const recorded = { ...event, id, at: Date.now() / 1000 }
    const taken = await Promise.allSettled(sinks.map((sink) => sink.take(recorded)))
    for (const result of taken) if (result.status === 'rejected') throw result.reason
  }
  return {
    keep,
    record: async (event) => {
      await keep(event).catch((error: unknown) => {
        log.error({ err: error, kind: event.kind }, 'an event could not be recorded')
      })
    },
    refusedUnknown: (network) => {
      for (const sink of sinks) sink.refusedUnknown?.(network)
    },
  }
}
