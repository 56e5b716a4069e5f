import { createHmac } from 'node:crypto'

/** What a signature covers. */
export interface Signed {
  /** The header `webhook-id`. */
  readonly id: string
  /** The header `webhook-timestamp`: Unix seconds of the attempt. */
  readonly timestamp: number
  readonly body: string
}

/**
 * The header `webhook-signature` of Standard Webhooks: one signature for each key, `v1,` and base64 of the HMAC-SHA256
 * of id, timestamp and body, with spaces between them. A receiver takes any of them, so that secrets can be replaced.
 *
 * @example signatureOf({ id: 'evt_1', timestamp: 1796093654, body: '{}' }, [key]) // 'v1,g0hM9SsE…'
 */
export function signatureOf({ id, timestamp, body }: Signed, keys: readonly Buffer[]): string {
  const content = `${id}.${String(timestamp)}.${body}`
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`)
    .join(' ')
}
