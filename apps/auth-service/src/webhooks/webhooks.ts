import type { Webhook } from '../configuration/webhooks.js'
import type { EventSink } from '../events/events.js'
import type { Handler } from '../outbox/message.js'
import type { Outbox } from '../outbox/outbox.js'
import { noticeOf } from './notice.js'
import { postWebhook, type PostParts } from './post.js'

/** The topic of webhooks in the outbox; a target there is that of a {@link Webhook}. */
export const webhookTopic = 'webhook'

/**
 * Puts a message into the outbox for each webhook that wants an event. It rejects when the outbox cannot be written.
 *
 * @example createEvents({ sinks: [webhookSink(configuration.webhooks, outbox)], log })
 */
export function webhookSink(webhooks: readonly Webhook[], outbox: Pick<Outbox, 'add'>): EventSink {
  return {
    take: async (event) => {
      const notice = noticeOf(event)
      if (notice === undefined) return
      const { id, type, body } = notice
      const wanting = webhooks.filter(({ events }) => events.includes(type))
      // One that cannot be added keeps none from the others; all may be added again.
      const added = await Promise.allSettled(
        wanting.map(({ target }) => outbox.add({ id, topic: webhookTopic, target, body })),
      )
      for (const result of added) if (result.status === 'rejected') throw result.reason
    },
  }
}

/**
 * Sends the messages of the outbox to the webhooks of the configuration; those of others wait for a process that has
 * them.
 *
 * @example outbox.deliver(webhookTopic, webhookHandler(configuration.webhooks))
 */
export function webhookHandler(webhooks: readonly Webhook[], parts: PostParts = {}): Handler {
  const byTarget = new Map(webhooks.map((each) => [each.target, each]))
  return {
    serves: (target) => byTarget.has(target),
    send: (delivery) => {
      const webhook = byTarget.get(delivery.target)
      if (webhook === undefined) throw new Error('there is no such webhook')
      return postWebhook(webhook, delivery, parts)
    },
  }
}
