import * as grpc from '@grpc/grpc-js'
import axios, { type AxiosInstance } from 'axios'
import oldAxios from 'axios-1.11'
import { Agent, interceptors, request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auth as axiosAuth } from '../../src/adapters/outgoing/axios.js'
import { auth as grpcAuth } from '../../src/adapters/outgoing/grpc-client.js'
import { auth as undiciAuth } from '../../src/adapters/outgoing/undici.js'
import { ConfigError } from '../../src/foundation/errors.js'
import { clientOf, gate, refuseCurrent, signIn, until } from './contract/setup.js'
import { type HttpWire, type Wire } from './wire.js'
import { grpcWire, stubOf, type Text } from './wires/grpc.js'
import { undiciFetchWire, undiciWire } from './wires/undici.js'

const failing = { grant: () => Promise.reject(new Error('no key')) }

describe('grpc-js', () => {
  let wire: Wire
  beforeEach(async () => {
    wire = await grpcWire()
  })
  afterEach(() => wire.close())

  type Stream = grpc.ClientDuplexStream<Text, Text>
  const open = (client: grpc.Client, name: 'Spell' | 'Chat', ...args: unknown[]) =>
    (client as never as Record<string, (...args: unknown[]) => Stream>)[name]?.(...args) as Stream

  const read = (stream: Stream) =>
    new Promise<string>((resolve, reject) => {
      let text = ''
      stream.on('data', (part: Text) => (text += part.text))
      stream.on('end', () => {
        resolve(text)
      })
      stream.on('error', reject)
    })

  test('server and bidirectional streams carry the token, refreshed before they begin', async () => {
    const { client, clock } = await signIn(wire)
    clock.advance(1000)
    const stub = stubOf(client, wire.home)
    expect(await read(open(stub, 'Spell', { text: 'abc' }))).toBe('abc')
    const chat = open(stub, 'Chat')
    for (const text of ['x', 'y', 'z']) chat.write({ text })
    chat.end()
    expect(await read(chat)).toBe('xyz')
    expect(wire.ledger.values()).toEqual(['Bearer canary-2', 'Bearer canary-2'])
    stub.close()
  })

  test('a source that fails ends every kind of call before it is sent', async () => {
    const stub = stubOf(clientOf(wire, { source: failing }), wire.home)
    for (const [name, ...args] of [['Spell', { text: 'abc' }], ['Chat']] as const)
      await expect(read(open(stub, name, ...args))).rejects.toMatchObject({
        code: grpc.status.UNAUTHENTICATED,
      })
    expect(wire.ledger.seen).toEqual([])
    stub.close()
  })

  test('a stream that is refused is not sent again', async () => {
    const { client } = await signIn(wire)
    refuseCurrent(wire)
    const stub = stubOf(client, wire.home)
    await expect(read(open(stub, 'Spell', { text: 'abc' }))).rejects.toMatchObject({ code: 16 })
    expect(wire.ledger.seen).toHaveLength(1)
    stub.close()
  })

  test('a deadline ends a call that waits for a token', async () => {
    const { client, clock } = await signIn(wire)
    const hold = gate()
    wire.ledger.holdRefresh = hold.opened
    clock.advance(1000)
    const stub = stubOf(client, wire.home)
    const stream = open(stub, 'Spell', { text: 'abc' }, { deadline: Date.now() + 50 })
    await expect(read(stream)).rejects.toMatchObject({ code: grpc.status.DEADLINE_EXCEEDED })
    hold.open()
    await until(wire, () => wire.ledger.generation === 2)
    stub.close()
  })

  test.each([
    'api.example:443',
    'dns:///10.0.0.1:50051',
    'unix:/tmp/x',
    'ipv4:10.0.0.1:1,10.0.0.2:1',
  ])('insecure credentials for %s are refused when the client is made', (target) => {
    const options = grpcAuth(clientOf(wire, { source: failing }))
    const make = () => new grpc.Client(target, grpc.credentials.createInsecure(), options)
    expect(make).toThrow(ConfigError)
  })

  test.each(['dns:127.0.0.1:PORT', 'dns:///127.0.0.1:PORT', 'ipv4:127.0.0.1:PORT'])(
    'the origin is recognised in %s',
    async (form) => {
      const { client } = await signIn(wire)
      const target = form.replace('PORT', new URL(wire.home).port)
      const Stub = stubOf(client, wire.home).constructor as grpc.ServiceClientConstructor
      const stub = new Stub(target, grpc.credentials.createInsecure(), grpcAuth(client))
      expect(await read(open(stub, 'Spell', { text: 'a' }))).toBe('a')
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      stub.close()
    },
  )
})

describe('axios', () => {
  test('an axios before 1.12, which would call without a token, is refused with its first answer', async () => {
    const wire = await undiciWire()
    const { client } = await signIn(wire)
    const config = { baseURL: wire.home }
    for (const [instance, version] of [
      [oldAxios.create(config), 'an older version'],
      [Object.assign(oldAxios.create(config), { VERSION: oldAxios.VERSION }), '1.11.0'],
    ] as const) {
      const called = axiosAuth(client, instance as never as AxiosInstance).get('/echo')
      await expect(called).rejects.toThrow(
        new ConfigError('axios', `needs axios 1.12 or newer, and this is ${version}`),
      )
    }
    expect(wire.ledger.values()).toEqual([undefined, undefined])
    await wire.close()
  })

  test('an answer from the cache of an interceptor is none of an old axios', async () => {
    const instance = axios.create()
    // Axios runs request interceptors in the opposite order: this one after the token's.
    instance.interceptors.request.use((config) => {
      const kept = { data: 'kept', status: 200, statusText: '', headers: {}, config }
      return Object.assign(config, { adapter: () => Promise.resolve(kept) })
    })
    const fetch = () => Promise.reject(new Error('not asked'))
    axiosAuth({ fetch } as never, instance)
    expect((await instance.get('https://api.example/')).data).toBe('kept')
  })
})

describe('undici', () => {
  let wire: HttpWire
  afterEach(() => wire.close())

  test('undici’s own fetch attaches, keeps the token at home on a redirect, and sends no stream again', async () => {
    wire = await undiciFetchWire()
    const { client } = await signIn(wire)
    expect(await wire.call(client, { body: 'whole' })).toEqual({ status: 200, body: 'whole' })
    await wire.get(client, `/start?to=${encodeURIComponent(`${wire.foreign}/end`)}`)
    refuseCurrent(wire)
    expect((await wire.call(client, { body: 'whole' })).status).toBe(401)
    expect((await wire.get(client, '/end')).status).toBe(200)
    expect(wire.ledger.values('authorization', 'foreign')).toEqual([undefined])
  })

  test('an interceptor that would follow redirects below it does not', async () => {
    wire = await undiciWire()
    const source = { grant: () => Promise.resolve({ token: 'canary-t' }) }
    const client = clientOf(wire, { source, header: 'x-token' })
    const dispatcher = new Agent().compose(
      interceptors.redirect({ maxRedirections: 5 }),
      undiciAuth(client),
    )
    const url = `${wire.home}/start?to=${encodeURIComponent(`${wire.foreign}/end`)}`
    const { statusCode, body } = await request(url, { dispatcher })
    await body.dump()
    expect(statusCode).toBe(302)
    expect(wire.ledger.at('foreign')).toEqual([])
  })

  test('headers in every form undici takes are kept, and a large refusal is given out', async () => {
    wire = await undiciWire()
    const { client } = await signIn(wire)
    const dispatcher = new Agent().compose(undiciAuth(client))
    const forms = [
      { 'x-a': ['1', '2'], authorization: 'own' },
      ['x-a', '1, 2'],
      new Map([['x-a', '1, 2']]),
    ]
    for (const headers of forms)
      await (await request(`${wire.home}/echo`, { dispatcher, headers })).body.dump()
    expect(wire.ledger.values('x-a')).toEqual(['1, 2', '1, 2', '1, 2'])
    expect(new Set(wire.ledger.values())).toEqual(new Set(['Bearer canary-1']))
    refuseCurrent(wire)
    const body = 'z'.repeat(200_000)
    const answer = await request(`${wire.home}/echo`, { dispatcher, method: 'POST', body })
    expect([answer.statusCode, await answer.body.text()]).toEqual([401, body])
  })
})
