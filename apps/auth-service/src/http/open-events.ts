import type { Logger } from 'pino'
import { createEvents, type Events } from '../events/events.js'

/** Options of {@link openEvents}. */
export interface EventsParts {
  readonly log: Logger
}

/** The events of a process: of the service, and of each command that changes something. */
export function openEvents({ log }: EventsParts): Events {
  return createEvents({ sinks: [], log })
}
