import type { Logger } from 'pino'
import type { Configuration } from '../configuration/configuration.js'
import { createEvents, type Events } from '../events/events.js'
import type { Outbox } from '../outbox/outbox.js'
import { webhookSink } from '../webhooks/webhooks.js'

/** Options of {@link openEvents}. */
export interface EventsParts {
  readonly configuration: Pick<Configuration, 'webhooks'>
  readonly log: Logger
  readonly outbox: Pick<Outbox, 'add'>
}

/** The events of a process: of the service, and of each command that changes something. */
export function openEvents({ configuration, log, outbox }: EventsParts): Events {
  return createEvents({ sinks: [webhookSink(configuration.webhooks, outbox)], log })
}
