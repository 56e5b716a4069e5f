import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'
import { basic, postForm, registerClients, type TestClient } from './clients-of.js'

const folder = temporaryFolder()
let service: RunningService
let client: TestClient
let app: TestClient

beforeAll(async () => {
  const common = { scopes: ['a'], audiences: ['jotgate-demo'] }
  ;({ client, app } = await registerClients(folder.path, {
    client: { ...common, name: 'a', kind: 'confidential', grants: ['client_credentials'] },
    app: { ...common, name: 'b', kind: 'public', grants: ['refresh_token'] },
  }))
  service = await startService({ dataDir: folder.path })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

const endpoints = ['token', 'revoke', 'introspect'] as const
const good = {
  token: { grant_type: 'client_credentials' },
  revoke: { token: 'x' },
  introspect: { token: 'x' },
} as const
const post = (endpoint: string, form: string, headers: Record<string, string> = basic(client)) =>
  postForm(`${service.origin}/oauth/${endpoint}`, form, headers)

/** One raw exchange, for what fetch would not send. */
async function raw(...lines: string[]): Promise<string> {
  const socket = connect(service.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end([...lines, 'Connection: close', '', ''].join('\r\n'))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe.each(endpoints)('POST /oauth/%s', (endpoint) => {
  const url = () => `${service.origin}/oauth/${endpoint}`
  const form = new URLSearchParams(good[endpoint]).toString()
  const refused = (status: number, error: string) => ({ status, body: { error } })

  test('an OAuth endpoint takes the right request', async () => {
    expect((await post(endpoint, form)).status).toBe(200)
    const type = { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' }
    expect((await post(endpoint, form, { ...basic(client), ...type })).status).toBe(200)
  })

  test.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded-not',
    'application/x-www-form-urlencode',
    'nonsense',
  ])('an OAuth endpoint refuses a body of %s', async (type) => {
    const answer = await post(endpoint, form, { ...basic(client), 'content-type': type })
    expect(answer).toMatchObject(refused(400, 'invalid_request'))
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'an OAuth endpoint refuses %s and says what it takes',
    async (method) => {
      const { status, headers } = await fetch(url(), { method, headers: basic(client) })
      expect([status, headers.get('allow')]).toEqual([405, 'POST'])
    },
  )

  test('an OAuth endpoint refuses an oversized body', async () => {
    const answer = await post(endpoint, `${form}&x=${'a'.repeat(9000)}`)
    expect(answer).toMatchObject(refused(413, 'invalid_request'))
  })

  test('an OAuth endpoint refuses a parameter that is missing or has no value', async () => {
    const [name = ''] = Object.keys(good[endpoint])
    for (const without of ['', 'x=1', name, `${name}=`]) {
      const answer = await post(endpoint, without)
      expect(answer).toMatchObject(refused(400, 'invalid_request'))
      expect(answer.body['error_description']).toContain(name)
    }
  })

  test.each([
    `${form}&${form}`,
    `${form}&client_id=a&client_id=b`,
    `${form}&x=1&x=2`,
    `${form}&x&x`,
    `${form}&${encodeURIComponent('x')}=&%78=`,
  ])('an OAuth endpoint refuses a parameter that comes twice', async (twice) => {
    expect(await post(endpoint, twice)).toMatchObject(refused(400, 'invalid_request'))
  })

  test.each(['%', '%zz', '%ff', '%c0%80', '%ed%a0%80'])('encoding %s is refused', async (bad) => {
    const answer = await post(endpoint, `${form}&x=${bad}`)
    expect(answer).toMatchObject(refused(400, 'invalid_request'))
    expect(JSON.stringify(answer.body)).not.toContain(bad)
  })

  test('an OAuth endpoint refuses parameters in the address, where logs would keep them', async () => {
    const { id, secret } = client
    const query = new URLSearchParams({ ...good[endpoint], client_id: id, client_secret: secret })
    for (const body of ['', form])
      expect(await postForm(`${url()}?${query.toString()}`, body, basic(client))).toMatchObject(
        refused(400, 'invalid_request'),
      )
  })

  test('an OAuth endpoint refuses a client that does not prove who it is, always in the same way', async () => {
    const { id, secret } = client
    const inBody = (client_id: string, client_secret?: string) =>
      postForm(url(), { ...good[endpoint], client_id, client_secret })
    const header = (value: string) => post(endpoint, form, { authorization: value })
    const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    const answers = [
      await post(endpoint, form, {}),
      await inBody(id),
      await inBody(id, 'wrong'),
      await inBody(id, `${secret}x`),
      await inBody('client-AAAAAAAAAAAAAAAAAAAAAA', secret),
      await inBody("' OR '1'='1", secret),
      await inBody('\0', secret),
      await inBody(app.id, 'x'),
      await inBody('first-party', 'x'),
      await header(encode(`${id}:`)),
      await header(encode(`${id}:wrong`)),
      await header(encode(`:${secret}`)),
      await header(encode(id)),
      await header('Basic'),
      await header('Basic !!!!'),
      await header(`Bearer ${secret}`),
      await header(secret),
    ]
    const [first] = answers
    for (const answer of answers) {
      expect(answer).toMatchObject(refused(401, 'invalid_client'))
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
      expect(answer.body).toEqual(first?.body)
    }
  })

  test('an OAuth endpoint refuses two ways of client authentication at once', async () => {
    const { id, secret } = client
    for (const more of [`client_id=${id}&client_secret=${secret}`, `client_id=${app.id}`])
      expect(await post(endpoint, `${form}&${more}`)).toMatchObject(refused(400, 'invalid_request'))
    expect((await post(endpoint, `${form}&client_id=${id}`)).status).toBe(200)
    const line = `Authorization: ${basic(client).authorization}`
    const twice = await raw(
      ...[`POST /oauth/${endpoint} HTTP/1.1`, 'Host: 127.0.0.1', line, line],
      ...['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0'],
    )
    expect(twice).toMatch(/^HTTP\/1.1 400[^]*invalid_request/)
  })

  test('an OAuth endpoint refuses the name of another host', async () => {
    for (const host of ['evil.example', '127.0.0.1.nip.io', 'auth.example:80']) {
      const answer = await raw(`POST /oauth/${endpoint} HTTP/1.1`, `Host: ${host}`)
      expect(answer).toMatch(/^HTTP\/1.1 421/)
    }
  })

  test('an OAuth endpoint writes nothing that was sent into a header', async () => {
    const evil = '\r\nSet-Cookie: a=b\r\n\r\n<script>'
    const parameters = ['grant_type', 'scope', 'resource', 'token', 'client_id', 'token_type_hint']
    for (const name of parameters) {
      const sent = new URLSearchParams({ ...good[endpoint], [name]: evil }).toString()
      const answer = await post(endpoint, sent)
      expect(answer.headers.has('set-cookie')).toBe(false)
      expect(JSON.stringify([answer.body, [...answer.headers]])).not.toContain('<scr')
    }
  })
})

describe('POST /oauth/token', () => {
  test.each([
    ['password', { username: 'alice', password: 'secret' }],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'x' }],
    ['__proto__', {}],
    ['toString', {}],
    ['CLIENT_CREDENTIALS', {}],
  ])('POST /oauth/token has no grant type %s', async (...[grant_type, more]) => {
    const sent = new URLSearchParams({ grant_type, ...more }).toString()
    const answer = await post('token', sent)
    expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
  })

  test('POST /oauth/token asks for a refresh token', async () => {
    const answer = await post('token', `grant_type=refresh_token&client_id=${app.id}`, {})
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})

describe('after all of this', () => {
  test('the service is alive and has logged no secret', async () => {
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(200)
    expect(service.output()).not.toContain(client.secret)
    expect(service.output()).not.toContain('"level":50')
  })
})
