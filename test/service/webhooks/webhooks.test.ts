import { afterEach, describe, expect, test } from 'vitest'
import type { Webhook } from '../../../apps/auth-service/src/configuration/webhooks.js'
import type { RecordedEvent } from '../../../apps/auth-service/src/events/event.js'
import { createEvents } from '../../../apps/auth-service/src/events/events.js'
import { signatureOf } from '../../../apps/auth-service/src/webhooks/signature.js'
import {
  webhookHandler,
  webhookSink,
  webhookTopic,
} from '../../../apps/auth-service/src/webhooks/webhooks.js'
import type { Lookup } from '../../../src/key-sources/remote/guarded-fetch.js'
import { eventually, silent, useOutboxes } from '../outbox/setup.js'
import { oldSecret, secret, startReceiver, verifies, webhookOf, type Receiver } from './receiver.js'

const open = useOutboxes()
const receivers: Receiver[] = []
afterEach(() => {
  for (const receiver of receivers.splice(0)) receiver.close()
})

async function receiver(answer?: Receiver['answer']): Promise<Receiver> {
  const started = await startReceiver(answer)
  receivers.push(started)
  return started
}

const ended: RecordedEvent = {
  ...{ id: 'event-1', at: 1_796_093_654.891, kind: 'session.ended', result: 'done' },
  actor: { kind: 'user', id: 'admin-1', name: 'root' },
  subject: { kind: 'user', id: 'user-1', name: 'alice' },
  ...{ sid: 'sid-1', client: 'web', from: { address: '203.0.113.7', userAgent: 'curl' } },
  details: { because: 'asked' },
}

/** An outbox that sends to these webhooks. */
async function sending(webhooks: readonly Webhook[], lookup?: Lookup) {
  const { clock, start, rows } = await open('sqlite')
  const outbox = await start()
  const { now } = clock
  outbox.deliver(webhookTopic, webhookHandler(webhooks, { now, lookup }))
  const sink = webhookSink(webhooks, outbox)
  return { clock, outbox, rows, take: (event: RecordedEvent) => sink.take(event) }
}

const bodyOf = ({ received }: Receiver, at = 0): unknown =>
  JSON.parse(received[at]?.body ?? 'null') as unknown

test('the signature is that of the example of Standard Webhooks', () => {
  const signed = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  }
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  expect(signatureOf(signed, [key])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

describe('what is sent', () => {
  test('a receiver whose message cannot be added keeps none from the others, and the event counts as not taken', async () => {
    const webhooks = [webhookOf('https://127.0.0.1/one'), webhookOf('https://127.0.0.1/two')]
    const [first] = webhooks
    const added: string[] = []
    const add = ({ target }: { readonly target: string }) => {
      if (target === first?.target) return Promise.reject(new Error('the database is away'))
      added.push(target)
      return Promise.resolve(true)
    }
    await expect(webhookSink(webhooks, { add }).take(ended)).rejects.toThrow('away')
    expect(added).toEqual([webhooks[1]?.target])
  })

  test('a receiver gets type, time and ids, signed, and neither names nor addresses', async () => {
    const to = await receiver()
    const { clock, take } = await sending([webhookOf(to.url)])
    await take(ended)
    await expect.poll(() => to.received).toHaveLength(1)
    const [received] = to.received
    if (received === undefined) throw new Error('nothing was received')
    expect(bodyOf(to)).toEqual({
      id: received.headers['webhook-id'],
      type: 'session.ended',
      at: 1_796_093_654.891,
      data: { subject: 'user-1', sid: 'sid-1', client: 'web' },
    })
    expect(received.body).not.toMatch(/alice|root|203|curl|asked/)
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-timestamp': String(clock.now() / 1000),
    })
    expect(verifies(received, secret, clock.now())).toBe(true)
    expect(verifies(received, oldSecret, clock.now())).toBe(false)
    expect(verifies({ ...received, body: `${received.body} ` }, secret, clock.now())).toBe(false)
    expect(verifies(received, secret, clock.now() + 301_000)).toBe(false)
  })

  test('while a secret is replaced, receivers with the new one and with the old one verify', async () => {
    const to = await receiver()
    const { clock, take } = await sending([webhookOf(to.url, { rotating: true })])
    await take(ended)
    await expect.poll(() => to.received).toHaveLength(1)
    const [received] = to.received
    if (received === undefined) throw new Error('nothing was received')
    expect(verifies(received, secret, clock.now())).toBe(true)
    expect(verifies(received, oldSecret, clock.now())).toBe(true)
    expect(verifies(received, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', clock.now())).toBe(false)
  })

  test('each attempt has the same id and body, and a new time that is signed', async () => {
    const to = await receiver((response) => response.writeHead(500).end())
    const { clock, outbox, take } = await sending([webhookOf(to.url)])
    await take(ended)
    await expect.poll(() => outbox.status().attemptsFailed).toBe(1)
    to.answer = (response) => response.writeHead(200).end('thanks')
    const before = clock.now()
    clock.advance(600_000)
    await eventually(outbox, () => {
      expect(outbox.status().delivered).toBe(1)
    })
    const [first, second] = to.received
    if (first === undefined || second === undefined) throw new Error('two requests expected')
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(second.body).toBe(first.body)
    expect(second.headers['webhook-timestamp']).toBe(String((before + 600_000) / 1000))
    expect(verifies(second, secret, clock.now())).toBe(true)
    expect(verifies(first, secret, clock.now())).toBe(false)
  })

  test('each webhook gets the types that it asks for, and what was refused or is of another kind goes nowhere', async () => {
    const [all, few] = [await receiver(), await receiver()]
    const webhooks = [webhookOf(all.url), webhookOf(few.url, { events: ['session.reused'] })]
    const { outbox, rows, take } = await sending(webhooks)
    const events = createEvents({ sinks: [{ take }], log: silent })
    await events.record({ ...ended, kind: 'user.password-changed', result: 'refused' })
    await events.record({ ...ended, kind: 'user.login' })
    await events.record({ ...ended, kind: 'session.reused', result: 'refused' })
    await events.record({ ...ended, kind: 'user.password-changed' })
    await eventually(outbox, async () => {
      expect(await rows()).toEqual([])
      expect(outbox.status().delivered).toBe(3)
    })
    const typesOf = ({ received }: Receiver) =>
      received.map(({ body }) => (JSON.parse(body) as { type: string }).type).sort()
    expect(typesOf(all)).toEqual(['session.reused', 'user.password-changed'])
    expect(typesOf(few)).toEqual(['session.reused'])
    expect(new Set(all.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
  })

  test('the end of a session that is recorded twice has one id', async () => {
    const to = await receiver((response) => response.writeHead(500).end())
    const { rows, take } = await sending([webhookOf(to.url)])
    await take(ended)
    await take({ ...ended, id: 'event-2', at: ended.at + 5 })
    expect(await rows('id')).toHaveLength(1)
  })
})

describe('what is not delivered', () => {
  const problems: Readonly<Record<string, [Receiver['answer'], string]>> = {
    'a redirect': [
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'the receiver answered with a redirect: not followed',
    ],
    'a status of an error': [
      (response) => response.writeHead(503).end(),
      'the receiver answered with status 503',
    ],
    'a connection that breaks': [
      (response) => response.destroy(),
      'the receiver could not be reached (ECONNRESET)',
    ],
  }
  test.each(Object.entries(problems))(
    'the message waits for another attempt after %s',
    async (_, [answer, problem]) => {
      const to = await receiver(answer)
      const { rows, take } = await sending([webhookOf(to.url)])
      await take(ended)
      await expect.poll(() => rows('attempts, problem')).toEqual([{ attempts: 1, problem }])
      expect(to.received).toHaveLength(1)
    },
  )

  test('a redirect leads nowhere', async () => {
    const inside = await receiver()
    const to = await receiver((response) => response.writeHead(307, { location: inside.url }).end())
    const { outbox, take } = await sending([webhookOf(to.url)])
    await take(ended)
    await expect.poll(() => outbox.status().attemptsFailed).toBe(1)
    expect(inside.received).toEqual([])
  })

  test('410 gives a message up, with what the receiver said', async () => {
    const to = await receiver((response) => response.writeHead(410).end())
    const { rows, take } = await sending([webhookOf(to.url)])
    await take(ended)
    const problem = 'the receiver answered with status 410: it wants no more'
    await expect
      .poll(() => rows('problem, failed_at IS NULL AS waits'))
      .toMatchObject([{ problem }])
    expect(await rows('id, failed_at')).not.toMatchObject([{ failed_at: null }])
  })

  test('a receiver whose answer never ends has the message all the same', async () => {
    const to = await receiver((response) => {
      response.writeHead(200)
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), more)
      }
      more()
    })
    const { outbox, take } = await sending([webhookOf(to.url)])
    await take(ended)
    await expect.poll(() => outbox.status().delivered).toBe(1)
  })
})

describe('addresses', () => {
  const lookupOf =
    (...answers: string[]): Lookup =>
    (_, __, done) => {
      const address = answers.length > 1 ? answers.shift() : answers[0]
      done(null, [{ address: address ?? '', family: 4 }])
    }
  const outOfReach = (reach: string) => `not sent: the host has an address that is not ${reach}`

  test.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', '192.168.1.1'])(
    'nothing is sent to a name that leads to %s, when only public addresses are within reach',
    async (address) => {
      const to = await receiver()
      const url = `https://hooks.example:${new URL(to.url).port}/`
      const { rows, take } = await sending([webhookOf(url, { reach: 'public' })], lookupOf(address))
      await take(ended)
      await expect.poll(() => rows('problem')).toEqual([{ problem: outOfReach('public') }])
      expect(to.received).toEqual([])
    },
  )

  test('the address that was checked is the one that is connected to, whatever the name leads to next', async () => {
    const to = await receiver()
    const url = to.url.replace('127.0.0.1', 'localhost')
    const lookup = lookupOf('127.0.0.1', '8.8.8.8')
    const { outbox, rows, take } = await sending([webhookOf(url)], lookup)
    await take(ended)
    await expect.poll(() => outbox.status().delivered).toBe(1)
    await take({ ...ended, sid: 'sid-2' })
    await expect.poll(() => rows('problem')).toEqual([{ problem: outOfReach('loopback') }])
    expect(to.received).toHaveLength(1)
  })

  test('plain http goes to private addresses only, where the configuration says so', async () => {
    const to = await receiver()
    const url = to.url.replace('127.0.0.1', 'hooks')
    const webhook = webhookOf(url, { reach: 'private' })
    const { outbox, rows, take } = await sending([webhook], lookupOf('127.0.0.1', '8.8.8.8'))
    await take(ended)
    await expect.poll(() => outbox.status().delivered).toBe(1)
    await take({ ...ended, sid: 'sid-2' })
    await expect.poll(() => rows('problem')).toEqual([{ problem: outOfReach('internal') }])
  })
})
