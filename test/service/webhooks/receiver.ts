import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  readWebhooks,
  webhookTypes,
} from '../../../apps/auth-service/src/configuration/webhooks.js'
import { secretReader } from '../../../apps/auth-service/src/configuration/secrets.js'

/** One request that a receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver of webhooks on loopback, with answers that the test chooses. */
export interface Receiver {
  readonly url: string
  readonly received: Received[]
  answer: (response: ServerResponse, received: Received) => void
  readonly close: () => void
}

export async function startReceiver(
  answer: Receiver['answer'] = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { headers: request.headers, body }
      receiver.received.push(one)
      receiver.answer(response, one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  const receiver: Receiver = {
    url: `http://127.0.0.1:${String(port)}/hook`,
    received: [],
    answer,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return receiver
}

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const oldSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'

/** A webhook as the configuration file gives it. */
export function webhookOf(
  url: string,
  {
    events = webhookTypes,
    reach = 'loopback',
    rotating = false,
  }: {
    readonly events?: readonly (typeof webhookTypes)[number][]
    readonly reach?: 'public' | 'private' | 'loopback'
    readonly rotating?: boolean
  } = {},
) {
  const variables: Readonly<Record<string, string>> = { SECRET: secret, OLD: oldSecret }
  const reader = secretReader((name) => variables[name], 'text')
  const prevSecret = rotating ? 'env:OLD' : undefined
  const fields = { url, secret: 'env:SECRET', prevSecret, events, reach }
  const { webhooks, faults } = readWebhooks([fields], reader)
  const [webhook] = webhooks
  if (webhook === undefined || faults.length > 0) throw new Error(faults.join())
  return webhook
}

/**
 * Whether a request verifies, as the text of Standard Webhooks says: by one of the signatures, which has the version `v1`, over
 * id, timestamp and body with full stops between them; and not older or newer than five minutes.
 */
export function verifies({ headers, body }: Received, key: string, now = Date.now()): boolean {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`]),
  )
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false
  const bytes = Buffer.from(key.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', bytes).update([id, timestamp, body].join('.')).digest()
  return String(signatures)
    .split(' ')
    .some((signature) => {
      const [version, value = ''] = signature.split(',')
      const given = Buffer.from(value, 'base64')
      return version === 'v1' && given.length === 32 && timingSafeEqual(given, expected)
    })
}
