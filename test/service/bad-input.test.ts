import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, temporaryFolder, type RunningService } from './running-service.js'

const folder = temporaryFolder()
let service: RunningService
let accessToken: string
let refreshToken: string

beforeAll(async () => {
  service = await startService({ dataDir: folder.path })
  const answer = await send('/user/login', { username: 'alice', password: 'secret' })
  ;({ accessToken, refreshToken } = answer.body as { accessToken: string; refreshToken: string })
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

interface Answer {
  status: number
  headers: Headers
  body: unknown
  text: string
}

async function request(path: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(service.origin + path, init)
  const text = await answer.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: answer.status, headers: answer.headers, body, text }
}

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const profile = (token: string) =>
  request('/user/profile', { headers: { authorization: `Bearer ${token}` } })

/** One raw HTTP exchange, for what fetch would not send. */
async function raw(text: string): Promise<string> {
  const socket = connect(service.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(text)
  socket.end()
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('a body that is not right', () => {
  const nothing: [string, string, string, number][] = [
    ['malformed JSON', '/user/login', '{"username":', 400],
    ['no JSON at all', '/user/login', '', 400],
    ['an array', '/user/login', '[]', 400],
    ['text', '/user/login', '"alice"', 400],
    ['null', '/user/login', 'null', 400],
    ['a missing field', '/user/login', '{"username":"alice"}', 400],
    ['a number for text', '/user/login', '{"username":1,"password":"x"}', 400],
    ['an object for text', '/user/login', '{"username":{"$ne":""},"password":{"$ne":""}}', 400],
    ['an unknown field', '/user/login', '{"username":"a","password":"b","admin":true}', 400],
    ['__proto__', '/user/login', '{"__proto__":{"x":1},"username":"a","password":"b"}', 400],
    ['a member twice', '/user/login', '{"username":"a","username":"b","password":"c"}', 400],
    [
      'a member twice in another form',
      '/user/login',
      '{"username":"a","\\u0075sername":"b","password":"c"}',
      400,
    ],
    ['a member twice, deeper', '/user/login', '{"username":{"a":1,"a":2},"password":"c"}', 400],
    ['a byte order mark', '/user/login', '\ufeff{"username":"a","password":"b"}', 400],
    ['many levels', '/user/login', `${'['.repeat(4000)}${']'.repeat(4000)}`, 400],
    ['an empty username', '/user/login', '{"username":"","password":"b"}', 400],
    [
      'a password beyond 1024 bytes',
      '/user/login',
      `{"username":"a","password":"${'ä'.repeat(600)}"}`,
      400,
    ],
    ['an oversized body', '/user/login', `{"username":"${'a'.repeat(9000)}","password":"b"}`, 413],
    ['no refresh token', '/user/refresh', '{}', 400],
    ['a refresh token of the wrong type', '/user/refresh', '{"refreshToken":7}', 400],
    ['a refresh token of the wrong type at logout', '/user/logout', '{"refreshToken":[]}', 400],
  ]
  test.each(nothing)('%s is a clear refusal', async (...row) => {
    const [, path, body, status] = row
    const answer = await send(path, body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ status, reason: 'invalid_request' })
  })

  test('the refusal names the field and not the value', async () => {
    const answer = await send('/user/login', { username: 'alice', password: 12345678 })
    expect(answer.text).toContain('password')
    expect(answer.text).not.toContain('12345678')
  })

  test('another content type is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await send('/user/login', 'username=alice', { 'content-type': type })
      expect(answer.status).toBe(415)
      expect(answer.body).toMatchObject({ reason: 'invalid_request' })
    }
  })

  test('the refusal of a member twice says so', async () => {
    const answer = await send('/user/login', '{"username":"a","username":"b","password":"c"}')
    expect(answer.body).toMatchObject({ detail: 'the body: must not have a member twice' })
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const body = Buffer.from('{"username":"alice","password":"secret\xff"}', 'latin1')
    const answer = await request('/user/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ detail: 'the body: must be UTF-8' })
  })

  test('another charset than UTF-8 and every content encoding are 415', async () => {
    const login = { username: 'alice', password: 'secret' }
    const statusWith = async (headers: Record<string, string>) =>
      (await send('/user/login', login, headers)).status
    for (const charset of ['utf-16', 'iso-8859-1', '"UTF-16"', ''])
      expect(await statusWith({ 'content-type': `application/json; charset=${charset}` })).toBe(415)
    for (const encoding of ['gzip', 'br', 'identity, gzip', 'none'])
      expect(await statusWith({ 'content-encoding': encoding })).toBe(415)
    for (const type of ['application/json;charset=UTF-8', 'application/json; Charset="utf-8"'])
      expect(await statusWith({ 'content-type': type, 'content-encoding': 'identity' })).toBe(200)
  })

  test('a form of another charset or encoding is refused', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const token = (headers: Record<string, string>) =>
      send('/oauth/token', 'grant_type=client_credentials', { ...form, ...headers })
    for (const headers of [
      { 'content-encoding': 'gzip' },
      { 'content-type': `${form['content-type']}; charset=utf-16` },
    ])
      expect((await token(headers)).text).toContain('without a content encoding')
    expect((await token({})).text).not.toContain('without a content encoding')
  })

  test('a method that the path does not take is 405 and says which it takes', async () => {
    const answer = await request('/user/login', { method: 'GET' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toContain('POST')
  })

  test('a method that a path with a parameter does not take is 405 to callers who may know the path', async () => {
    const headers = { authorization: `Bearer ${accessToken}` }
    const answer = await request('/user/sessions/anything', { method: 'PUT', headers })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'DELETE'])
    expect((await request('/user/sessions/', { method: 'PUT', headers })).status).toBe(404)
    expect((await request('/user/sessions/a/b', { method: 'PUT', headers })).status).toBe(404)
  })
})

describe('a path that is not there', () => {
  test('a path that is not there is 401 without a token and 404 with one', async () => {
    expect((await request('/nowhere', {})).status).toBe(401)
    const answer = await request('/nowhere', {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(answer.status).toBe(404)
  })
})

describe('logging in', () => {
  test('a wrong password and an unknown user get the same answer', async () => {
    const wrong = await send('/user/login', { username: 'alice', password: 'wrong' })
    const unknown = await send('/user/login', { username: 'nobody', password: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(unknown.status).toBe(wrong.status)
    expect(unknown.text).toBe(wrong.text)
    const shape = ({ headers }: Answer) => [...headers.keys()].filter((name) => name !== 'date')
    expect(shape(unknown)).toEqual(shape(wrong))
  })
})

describe('a token that is not right', () => {
  test('one changed byte at any position is refused', async () => {
    const other = (char: string) => (char === 'A' ? 'B' : char === '.' ? '-' : 'A')
    const mutants = Array.from(
      accessToken,

      (char, at) => accessToken.slice(0, at) + other(char) + accessToken.slice(at + 1),
    )
    expect(mutants.length).toBeGreaterThan(300)
    for (let at = 0; at < mutants.length; at += 50) {
      const answers = await Promise.all(mutants.slice(at, at + 50).map(profile))
      for (const answer of answers) expect(answer.status).toBe(401)
    }
    expect((await profile(accessToken)).status).toBe(200)
  })

  test('alg none is refused, with and without a signature', async () => {
    const [, payload = '', signature = ''] = accessToken.split('.')
    for (const alg of ['none', 'None', 'NONE', 'nOnE', 'HS256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url')
      for (const end of ['', signature]) {
        const answer = await profile(`${header}.${payload}.${end}`)
        expect(answer.status).toBe(401)
      }
    }
  })

  test('a refresh token is no access token, and an access token no refresh token', async () => {
    expect((await profile(refreshToken)).status).toBe(401)
    expect((await send('/user/refresh', { refreshToken: accessToken })).status).toBe(401)
  })

  test('a refresh token with one changed byte at any position is refused, and the session lives', async () => {
    const login = await send('/user/login', { username: 'alice', password: 'secret' })
    const pair = login.body as { refreshToken: string }
    const other = (char: string) => (char === 'A' ? 'B' : 'A')
    for (let at = 0; at < pair.refreshToken.length; at++) {
      const mutant =
        pair.refreshToken.slice(0, at) +
        other(pair.refreshToken.charAt(at)) +
        pair.refreshToken.slice(at + 1)
      const answer = await send('/user/refresh', { refreshToken: mutant })
      expect(answer.status).toBe(401)
      expect(answer.body).toMatchObject({ reason: 'invalid_grant' })
    }
    const { refreshToken: good } = pair
    expect((await send('/user/refresh', { refreshToken: good })).status).toBe(200)
  })

  test('two tokens, another scheme, and garbage are refused', async () => {
    const lines = (...headers: string[]) =>
      [
        'GET /user/profile HTTP/1.1',
        `Host: 127.0.0.1:${String(service.port)}`,
        ...headers,
        'Connection: close',
        '',
        '',
      ].join('\r\n')
    const twice = `Authorization: Bearer ${accessToken}`
    expect(await raw(lines(twice, twice))).toMatch(/^HTTP\/1.1 400/)
    expect(await raw(lines(`Authorization: Basic YTpi`))).toMatch(/^HTTP\/1.1 401/)
    expect(await raw(lines(`Authorization: ${accessToken}`))).toMatch(/^HTTP\/1.1 401/)
    expect(await raw(lines(`Authorization: Bearer`))).toMatch(/^HTTP\/1.1 401/)
    expect(await raw(lines(`Authorization: Bearer ${'x'.repeat(9000)}`))).toMatch(/^HTTP\/1.1 401/)
    expect(await raw(lines(twice))).toMatch(/^HTTP\/1.1 200/)
  })
})

describe('a request for another host', () => {
  test.each(['evil.example', 'localhost.evil.example', '169.254.169.254', '127.0.0.1.nip.io', ''])(
    'Host: "%s" is 421 or 400, on every path',
    async (host) => {
      for (const path of ['/healthz', '/user/profile', '/.well-known/jwks.json']) {
        const answer = await raw(
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        )
        expect(answer).toMatch(/^HTTP\/1.1 4(21|00)/)
        expect(answer).not.toContain('"keys"')
      }
    },
  )

  test.each(['localhost', 'localhost:8888', '127.0.0.1', '[::1]:8888'])(
    'Host: %s is this service',
    async (host) => {
      const answer = await raw(
        `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1.1 200/)
    },
  )
})

describe('after all of this', () => {
  test('the service is alive and has logged neither a token nor a password', async () => {
    expect((await request('/healthz', {})).status).toBe(200)
    const output = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(output.length).toBeGreaterThan(100)
    const log = output.join('\n')
    for (const secret of [accessToken, refreshToken, ...accessToken.split('.').slice(1)]) {
      expect(log).not.toContain(secret)
      expect(log).not.toContain(secret.slice(0, 24))
    }
    expect(log).not.toContain('"secret"')
    expect(log).not.toMatch(/eyJ/)
    expect(log).not.toMatch(/wrong \d/)
  })
})
