import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createSigner } from '../../src/token/index.js'
import { createKeyRing } from '../../src/key-sources/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { testWithServices as test } from './own-services.js'
import { freePort, runService, spawnService } from './running-service.js'

const post = (origin: string, path: string, body: unknown) =>
  fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const profile = (origin: string, token: string) =>
  fetch(`${origin}/user/profile`, { headers: { authorization: `Bearer ${token}` } })

async function open(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  if (text !== '') socket.write(text)
  return socket
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = await open(port, text)
  socket.end()
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test.concurrent(
  'an access token is good for no longer than revocations are kept, whatever life it was given',
  // Its own expect: what is polled belongs to a test that others run beside.
  async ({ folder, start, expect }) => {
    const dataDir = folder()
    const service = await start({ dataDir })
    const db = await openSqlite(join(dataDir, 'jotgate.db'))
    const ring = createKeyRing({
      store: sqliteStores(db).keys,
      algorithm: 'ES256',
      encryptionKey: Buffer.from(
        readFileSync(join(dataDir, 'keys', 'ring.key'), 'utf8'),
        'base64url',
      ),
      tokenLife: '15m',
    })
    await ring.refresh()
    db.close()
    const sign = createSigner({
      key: () => ring.signingKey(),
      issuer: service.origin,
      audience: 'jotgate-demo',
      expiresIn: '12h',
      typ: 'at+jwt',
      replaceable: ['iat'],
    })
    // As it would have been given out by this service when its configuration said twelve hours.
    const issued = (secondsAgo: number) =>
      sign({
        sub: 'demo:alice',
        client_id: 'first-party',
        scope: 'profile:read profile:write',
        sid: 'AAAAAAAAAAAAAAAAAAAAAA',
        iat: Math.floor(Date.now() / 1000) - secondsAgo,
      })
    expect((await profile(service.origin, await issued(0))).status).toBe(200)
    expect((await profile(service.origin, await issued(15 * 60 + 90))).status).toBe(401)
    // Not because a new service takes nothing that is older than itself.
    await expect.poll(() => service.output()).toContain('"refusal":"TOKEN_TOO_OLD"')
  },
)

test.concurrent('a log that is not read delays no request', async ({ folder }) => {
  const port = await freePort()
  const child = spawnService({ PORT: String(port), DATA_DIR: folder() })
  const origin = `http://127.0.0.1:${String(port)}`
  try {
    for (let tries = 0; tries < 1000; tries++) {
      if (await fetch(`${origin}/healthz`).catch(() => undefined)) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    // Neither of the child's streams is read; a pipe holds 64 KiB.
    for (let round = 0; round < 40; round++) {
      const burst = Array.from({ length: 50 }, () => fetch(`${origin}/user/profile`))
      for (const answer of await Promise.all(burst)) expect(answer.status).toBe(401)
    }
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
  } finally {
    child.kill('SIGKILL')
  }
})

test.concurrent(
  'a malformed request is answered in one form, never logged with its bytes, and never a 500',
  async ({ folder, start }) => {
    const service = await start({ dataDir: folder(), env: { LOG_LEVEL: 'trace' } })
    const host = 'Host: 127.0.0.1'
    const get = (target: string, ...lines: string[]) =>
      exchange(
        service.port,
        [`GET ${target} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'),
      )
    const login = await post(service.origin, '/user/login', {
      username: 'alice',
      password: 'secret',
    })
    const { accessToken } = (await login.json()) as { accessToken: string }
    const authorization = `Authorization: Bearer ${accessToken}`

    expect(await get('/healthz', host, authorization, 'Bad Header: x')).toMatch(/^HTTP\/1.1 400/)
    expect(await get('/healthz', host, 'Host: evil.example')).toMatch(/^HTTP\/1.1 400/)
    expect(await get('http://evil.example/healthz', host)).toMatch(/^HTTP\/1.1 400/)
    for (const path of ['/%', '/%ff', '/%zz']) {
      const answer = await get(path, host)
      expect(answer).toMatch(/^HTTP\/1.1 400[^]*application\/problem\+json/)
      expect(answer).not.toContain(path)
    }
    for (const path of ['/:a(', '/*x', '/(', '/a*b:']) {
      expect(await get(path, host, authorization)).toMatch(/^HTTP\/1.1 404/)
    }
    await service.stop()
    expect(service.output()).not.toContain(accessToken)
    expect(service.output()).not.toContain('rawPacket')
    expect(service.output()).not.toContain('eyJ')
  },
)

test.concurrent('an empty JSON body is no body', async ({ folder, start }) => {
  const service = await start({ dataDir: folder() })
  const login = await post(service.origin, '/user/login', {
    username: 'alice',
    password: 'secret',
  })
  const { accessToken } = (await login.json()) as { accessToken: string }
  const answer = await fetch(`${service.origin}/user/logout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
  })
  expect(answer.status).toBe(204)
})

test.concurrent(
  'a data folder that exists already keeps its permissions, and what is put there is private',
  async ({ folder, start }) => {
    const dataDir = folder()
    chmodSync(dataDir, 0o755)
    const service = await start({ dataDir })
    await service.stop()
    expect(statSync(dataDir).mode & 0o777).toBe(0o755)
    expect(statSync(join(dataDir, 'keys')).mode & 0o777).toBe(0o700)
    expect(statSync(join(dataDir, 'jotgate.db')).mode & 0o077).toBe(0)
  },
)

test.concurrent(
  'a data folder with a folder of keys that others can read is refused',
  async ({ folder }) => {
    const dataDir = folder()
    mkdirSync(join(dataDir, 'keys'), { mode: 0o755 })
    chmodSync(join(dataDir, 'keys'), 0o755)
    const { code, output } = await runService({ DATA_DIR: dataDir, PORT: String(await freePort()) })
    expect(code).toBe(1)
    expect(output).toContain('can be read by others')
    expect(existsSync(join(dataDir, 'keys', 'ring.key'))).toBe(false)
  },
)
