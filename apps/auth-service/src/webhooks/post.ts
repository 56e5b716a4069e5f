import {
  guardedFetch,
  RemoteProblem,
  within,
  type FetchedAnswer,
  type Lookup,
} from 'jotgate/extend'
import { webhookKey, type Webhook } from '../configuration/webhooks.js'
import type { Delivery, Outcome } from '../outbox/message.js'
import { signatureOf } from './signature.js'

/** What {@link postWebhook} uses, other than by default only in tests. */
export interface PostParts {
  /** Unix milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Default: that of node:dns. */
  readonly lookup?: Lookup | undefined
}

/**
 * Sends a webhook once, in the form of Standard Webhooks, to an address that was checked. 2xx is delivered, 410 says
 * that the receiver wants no more, and everything else is a failure: a redirect too, which is not followed.
 *
 * @throws ConfigError when the secret was replaced by an invalid one
 * @example await postWebhook(webhook, delivery) // { kind: 'delivered' }
 */
export async function postWebhook(
  webhook: Webhook,
  delivery: Delivery,
  { now = Date.now, lookup }: PostParts = {},
): Promise<Outcome> {
  const { body, signal } = delivery
  const headers = headersOf(webhook, delivery, Math.floor(now() / 1000))
  try {
    const fetch = guardedFetch(webhook.places, lookup)
    const answer = await fetch(webhook.url, { body, headers, signal, redirect: 'manual' })
    await drop(answer)
    return outcomeOf(answer.status)
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) }
  }
}

/** The time is that of the attempt: receivers refuse one that is long ago, so that nothing can be replayed. */
function headersOf(
  { secret, prevSecret }: Webhook,
  { id, body }: Delivery,
  timestamp: number,
): Record<string, string> {
  const secrets = prevSecret === undefined ? [secret] : [secret, prevSecret]
  const keys = secrets.map((each) => webhookKey(each.read()))
  return {
    'content-type': 'application/json',
    'user-agent': 'jotgate',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf({ id, timestamp, body }, keys),
  }
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 410)
    return { kind: 'gone', problem: 'the receiver answered with status 410: it wants no more' }
  if (status >= 300 && status < 400)
    return { kind: 'failed', problem: 'the receiver answered with a redirect: not followed' }
  return { kind: 'failed', problem: `the receiver answered with status ${String(status)}` }
}

/** Bytes of an answer that are read, and milliseconds for them: what it says has no meaning. */
const most = { bytes: 16_384, ms: 1000 } as const

/**
 * Reads a little of the answer, so that a usual receiver sees no broken connection, and drops it. The status is known
 * by then: how the answer ends makes no difference.
 */
async function drop({ body }: FetchedAnswer): Promise<void> {
  if (body === null) return
  const over = new AbortController()
  const read = async (): Promise<void> => {
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > most.bytes || over.signal.aborted) break // which closes the connection
    }
  }
  await within(most.ms, read, { late: () => new Error('late') }).catch(() => undefined)
  over.abort()
}

/** Messages of network errors name hosts and ports; use their codes instead. */
function problemOf(error: unknown): string {
  if (error instanceof RemoteProblem) return `not sent: ${error.message}`
  const code: unknown = Reflect.get(Object(error), 'code')
  return `the receiver could not be reached${typeof code === 'string' ? ` (${code})` : ''}`
}
