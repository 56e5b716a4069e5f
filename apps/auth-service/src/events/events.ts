import { randomBytes, randomInt } from 'node:crypto'
import type { Logger } from 'pino'
import { createDelays } from './delays.js'
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
   * Hands an event to every sink, and resolves when each has taken it, or will be asked again. Never rejects: what has happened
   * has happened.
   *
   * @example await events.record({ kind: 'key.rotated', result: 'done', actor })
   */
  record(event: ServiceEvent): Promise<void>
  /** The same for a caller that repeats until it resolves. Rejects with what the first sink failed with. */
  keep(event: ServiceEvent): Promise<void>
  /**
   * The same for what a stranger causes, a moment later: neither the answer nor the one after it waits for the writing, whose
   * time would tell that an account exists.
   */
  later(event: ServiceEvent): void
  /** Notes that a login named an account that does not exist. */
  refusedUnknown(network: string): void
  /** Records what was left for later, and tries once more what failed. Close the sinks afterwards. */
  close(): Promise<void>
}

/** Options of {@link createEvents}. */
export interface EventsOptions {
  readonly sinks: readonly EventSink[]
  readonly log: Pick<Logger, 'error'>
  /** Milliseconds before an event of {@link Events.later} is recorded. Default: at random up to a second. */
  readonly pause?: () => number
  /** Milliseconds before a sink that failed is asked again, the first time; each pause is twice as long. Default 500. */
  readonly retryAfter?: number
}

/** Events that wait at most, and how often a sink is asked for one. */
const [mostWaiting, mostAttempts] = [10_000, 8]

/**
 * Records events in every sink. A sink that fails is asked again, for a minute or so, while this process runs.
 *
 * @example const events = createEvents({ sinks: [audit.sink], log })
 */
export function createEvents(options: EventsOptions): Events {
  const { sinks, log, pause = usualPause, retryAfter = 500 } = options
  const delays = createDelays()
  const isFull = () => delays.size() >= mostWaiting
  const offer = async (sink: EventSink, event: RecordedEvent, attempt = 1): Promise<void> => {
    try {
      await sink.take(event)
    } catch (error) {
      if (attempt < mostAttempts && !isFull() && !delays.isClosed())
        delays.add(retryAfter * 2 ** (attempt - 1), () => offer(sink, event, attempt + 1))
      else log.error({ err: error, kind: event.kind }, 'an event could not be recorded')
    }
  }
  const record = async (event: RecordedEvent): Promise<void> => {
    await Promise.all(sinks.map((sink) => offer(sink, event)))
  }
  return {
    record: (event) => record(recorded(event)),
    keep: async (event) => {
      const own = recorded(event)
      const taken = await Promise.allSettled(sinks.map((sink) => sink.take(own)))
      for (const result of taken) if (result.status === 'rejected') throw result.reason
    },
    later: (event) => {
      const own = recorded(event)
      if (isFull()) log.error({ kind: event.kind }, 'an event could not be recorded')
      else delays.add(pause(), () => record(own))
    },
    refusedUnknown: (network) => {
      for (const sink of sinks) sink.refusedUnknown?.(network)
    },
    close: () => delays.close(),
  }
}

function recorded(event: ServiceEvent): RecordedEvent {
  return { ...event, id: randomBytes(16).toString('hex'), at: Date.now() / 1000 }
}

/** Long enough for the answers of a few requests, and of no length that can be waited for. */
function usualPause(): number {
  return randomInt(100, 1000)
}
