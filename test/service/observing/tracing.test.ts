import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openTracing } from '../../../apps/auth-service/src/observing/tracing.js'
import type { Passwords } from '../../../apps/auth-service/src/users/passwords.js'
import { memoryStores } from '../../../src/stores/memory/index.js'
import { readPair } from '../pair.js'
import { startService, temporaryFolder, type RunningService } from '../running-service.js'

const sdk = pathToFileURL(fileURLToPath(new URL('sdk.mjs', import.meta.url))).href
const exported = z.object({
  name: z.string(),
  kind: z.number(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  status: z.object({ code: z.number() }),
  traceId: z.string(),
  spanId: z.string(),
  parent: z.string().optional(),
})
type Exported = z.infer<typeof exported>

const [server, unset, error] = [1, 0, 2]
const caller = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' }
const traceparent = `00-${caller.trace}-${caller.span}-01`

/** Runs some requests through a service with an SDK, and reads what was exported until there are so many spans. */
async function traced(
  ask: (service: RunningService) => Promise<void>,
  wanted: number,
): Promise<{ spans: readonly Exported[]; text: string }> {
  const folder = temporaryFolder()
  const file = join(folder.path, 'spans')
  const env = { TRACE_FILE: file, NODE_OPTIONS: `--import=${sdk}` }
  const service = await startService({ dataDir: folder.path, env })
  try {
    await ask(service)
    for (let tries = 0; tries < 2000; tries++) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
      const lines = text.split('\n').filter((line) => line !== '')
      const spans = lines.map((line) => exported.parse(JSON.parse(line)))
      const told = spans.filter(({ name }) => name !== 'GET /healthz')
      if (told.length >= wanted) return { spans: told, text }
      await sleep(25)
    }
    throw new Error('too few spans were exported')
  } finally {
    await service.stop()
    folder.remove()
  }
}

describe('with the SDK of OpenTelemetry', () => {
  const secrets: string[] = []
  let spans: readonly Exported[] = []
  let text = ''

  beforeAll(async () => {
    const found = await traced(async ({ origin }) => {
      const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
        fetch(origin + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        })
      const login = await post(
        '/user/login',
        { username: 'alice', password: 'secret' },
        { traceparent },
      )
      const { accessToken, refreshToken, sid } = readPair(
        z.record(z.string(), z.unknown()).parse(await login.json()),
      )
      const subject = String(
        (JSON.parse(atob(accessToken.split('.')[1] ?? '')) as { sub?: unknown }).sub,
      )
      secrets.push(accessToken, refreshToken, sid, subject, 'a-wrong-password', 'forged-token')
      const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
      await fetch(`${origin}/user/profile?note=${accessToken}`, bearer(accessToken))
      await fetch(`${origin}/user/profile`, bearer('forged-token'))
      await post('/user/login', { username: 'alice', password: 'a-wrong-password' })
      await post('/user/refresh', { refreshToken })
      await fetch(`${origin}/user/sessions/${sid}`, { method: 'DELETE', ...bearer(accessToken) })
      await fetch(`${origin}/${refreshToken}`)
    }, 11)
    ;({ spans, text } = found)
  })

  const named = (name: string) => spans.filter((span) => span.name === name)

  test('each request is a span of a server, named by its route', () => {
    const [login, refused] = named('POST /user/login')
    expect(login).toMatchObject({
      kind: server,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/user/login',
        'http.response.status_code': 200,
      },
      status: { code: unset },
    })
    expect(login?.attributes).not.toHaveProperty('jotgate.code')
    expect(refused?.attributes).toMatchObject({
      'http.response.status_code': 401,
      'jotgate.code': 'LOGIN_REFUSED',
    })
    expect(refused?.status.code).toBe(unset)
    // Whoever asks for a path that there is not names no route, and is asked who it is.
    expect(named('GET')).toMatchObject([{ attributes: { 'http.response.status_code': 401 } }])
    expect(spans.filter(({ status }) => status.code === error)).toEqual([])
  })

  test('the service goes on with the trace of its caller, and begins one where there is none', () => {
    const [first, second] = named('POST /user/login')
    expect(first).toMatchObject({ traceId: caller.trace, parent: caller.span })
    expect(second?.parent).toBeUndefined()
    expect(second?.traceId).not.toBe(caller.trace)
  })

  test('hashing and rotating are children of their requests', () => {
    const checks = named('check password')
    expect(checks.map(({ parent }) => parent)).toEqual(
      named('POST /user/login').map(({ spanId }) => spanId),
    )
    expect(checks[0]?.traceId).toBe(caller.trace)
    const [refresh] = named('POST /user/refresh')
    expect(named('rotate session')).toMatchObject([
      {
        parent: refresh?.spanId,
        traceId: refresh?.traceId,
        attributes: { 'jotgate.rotation': 'rotated' },
      },
    ])
  })

  test('a refusal of the gate says its code', () => {
    const codes = named('GET /user/profile').map(({ attributes }) => attributes['jotgate.code'])
    expect(codes).toEqual([undefined, 'TOKEN_MALFORMED'])
  })

  test('no token, password, session or user is in anything that is exported', () => {
    expect(secrets).toHaveLength(6)
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(4)
      expect(text).not.toContain(secret)
      for (const part of secret.split('.')) expect(text).not.toContain(part)
    }
    expect(text).toContain('/user/sessions/:')
  })
})

describe('without the package', () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })

  test('nothing is wrapped, and nothing done', async () => {
    const tracing = await openTracing(() => Promise.reject(missing))
    const passwords: Passwords = {
      atOnce: 1,
      hash: () => Promise.resolve(''),
      check: () => Promise.resolve(false),
      isOutdated: () => false,
      load: () => ({ running: 0, waiting: 0, done: 0 }),
    }
    const { sessions } = memoryStores()
    expect(tracing.passwords(passwords)).toBe(passwords)
    expect(tracing.sessions(sessions)).toBe(sessions)
  })

  test('one that is there and broken is not taken for none', async () => {
    await expect(openTracing(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
