import type { Logger } from 'pino'
import type { Configuration } from '../configuration/configuration.js'
import type { Audit } from '../audit/audit.js'
import { createEvents, type Events } from '../events/events.js'
import type { Outbox } from '../outbox/outbox.js'
import { webhookSink } from '../webhooks/webhooks.js'

/** Options of {@link openEvents}. */
export interface EventsParts {
  readonly configuration: Pick<Configuration, 'webhooks'>
  readonly log: Logger
  readonly outbox: Pick<Outbox, 'add'>
  readonly audit: Pick<Audit, 'sink'>
}

/** The events of a process: of the service, and of each command that changes something. */
export function openEvents({ configuration, log, outbox, audit }: EventsParts): Events {
  const { webhooks } = configuration
  const others = webhooks.length === 0 ? [] : [webhookSink(webhooks, outbox)]
  return createEvents({ sinks: [audit.sink, ...others], log })
}
