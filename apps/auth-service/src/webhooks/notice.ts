import { createHash } from 'node:crypto'
import { webhookTypes, type WebhookType } from '../configuration/webhooks.js'
import type { RecordedEvent } from '../events/event.js'

/** What is sent about an event. */
export interface Notice {
  readonly id: string
  readonly type: WebhookType
  /** JSON with the members `id`, `type`, `at` and `data`. */
  readonly body: string
}

/**
 * What webhooks say about an event, without names, addresses and secrets: the ids of user, session and client. Undefined
 * for an event that none is sent for: others do not concern receivers, and what was refused has not happened.
 *
 * @example noticeOf(event)?.body // '{"id":"…","type":"session.ended","at":1796093654.891,"data":{"subject":"…"}}'
 */
export function noticeOf(event: RecordedEvent): Notice | undefined {
  const type = webhookTypes.find((each) => each === event.kind)
  // A theft is a refresh that was refused.
  if (type === undefined || (event.result !== 'done' && type !== 'session.reused')) return undefined
  const { at, sid, client } = event
  const id = idOf(event)
  const data = { subject: userIn(event), sid, client }
  return { id, type, body: JSON.stringify({ id, type, at, data }) }
}

/** The service records the end of a session again when it cannot tell whether all sinks have it: a session ends once. */
function idOf({ id, kind, sid }: RecordedEvent): string {
  if (kind !== 'session.ended' || sid === undefined) return id
  return createHash('sha256').update(`${kind}:${sid}`).digest('hex').slice(0, 32)
}

/** The user that an event is about. */
function userIn({ subject, actor }: RecordedEvent): string | undefined {
  return [subject, actor].find((party) => party?.kind === 'user')?.id
}
