import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect } from 'vitest'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test } from '../own-services.js'
import { freePort, runService, type RunningService } from '../running-service.js'

async function scrape(service: RunningService, headers: Record<string, string> = {}) {
  const answer = await fetch(`${service.origin}/metrics`, { headers })
  return { status: answer.status, text: await answer.text() }
}

/** The sum of the samples of a name whose labels are these. */
function valueOf(text: string, name: string, ...labels: readonly string[]): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return lines
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** GET of a path of loopback with a Host field, which fetch does not let its caller set. */
function statusOf(
  port: number,
  path: string,
  { host = 'localhost', method = 'GET' } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, method, headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .once('error', reject)
      .end()
  })
}

/** The token that a demo has printed. */
const tokenOf = (service: RunningService) =>
  /\/metrics -H 'authorization: Bearer (\S+)'$/m.exec(service.output())?.[1] ?? ''

test.concurrent(
  'what happened is counted by route, code and event, and nothing a caller sent is a label',
  async ({ folder, start }) => {
    const service = await start({ dataDir: folder() })
    const { call, login, profileStatus, refreshStatus } = callerOf(() => service)
    const pair = await login('alice', 'secret')
    for (let i = 0; i < 4; i++) await profileStatus(pair)
    await call('GET /user/profile', 'a-token-that-is-none')
    await call('GET /nowhere/in-particular')
    await call('POST /user/login', undefined, { username: 'mallory', password: 'guessed' })
    expect([await refreshStatus(pair), await refreshStatus(pair)]).toEqual([200, 200])
    expect((await scrape(service)).status).toBe(401)
    const { status, text } = await scrape(service, { authorization: `Bearer ${tokenOf(service)}` })
    expect(status).toBe(200)
    const requests = 'jotgate_http_request_duration_seconds_count'
    expect(valueOf(text, requests, 'route="/user/profile"', 'status="200"')).toBe(4)
    expect(valueOf(text, requests, 'route="/user/profile"', 'status="401"')).toBe(1)
    expect(valueOf(text, requests, 'route="none"')).toBe(1)
    expect(valueOf(text, 'jotgate_refusals_total', 'code="TOKEN_MALFORMED"')).toBe(1)
    expect(valueOf(text, 'jotgate_refusals_total', 'code="LOGIN_REFUSED"')).toBe(1)
    expect(valueOf(text, 'jotgate_sessions_total', 'event="refreshed"')).toBe(1)
    expect(valueOf(text, 'jotgate_sessions_total', 'event="replayed"')).toBe(1)
    expect(valueOf(text, 'jotgate_verified_cache_hits')).toBe(3)
    expect(valueOf(text, 'jotgate_revocation_ready')).toBe(1)
    expect(valueOf(text, 'jotgate_key_ring_keys')).toBe(2)
    expect(text).toMatch(/^jotgate_revocation_staleness_seconds \d/m)
    expect(text).toMatch(/^jotgate_hashing_waiting 0$/m)
    expect(text).not.toMatch(/mallory|guessed|alice|in-particular|a-token/)
    expect(text).not.toContain(pair.sid)
  },
)

test.concurrent(
  'without a token metrics are for no one, and the answer says what to configure',
  async ({ folder, start }) => {
    const config = join(folder(), 'jotgate.yaml')
    writeFileSync(config, 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n')
    const service = await start({ dataDir: folder(), env: { JOTGATE_CONFIG: config } })
    const { status, text } = await scrape(service)
    expect([status, text]).toEqual([404, expect.stringContaining('metricsToken')])
    expect(await statusOf(service.port, '/metrics', { host: 'auth.example' })).toBe(404)
    expect((await scrape(service, { authorization: 'Bearer undefined' })).status).toBe(404)
  },
)

test.concurrent(
  'a port of its own answers metrics without a token, on loopback and for its names alone',
  async ({ folder, start }) => {
    const [config, port] = [join(folder(), 'jotgate.yaml'), await freePort()]
    writeFileSync(
      config,
      `issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nmetricsPort: ${String(port)}\n`,
    )
    const env = { JOTGATE_CONFIG: config }
    const service = await start({ dataDir: folder(), env })
    const answer = await fetch(`http://127.0.0.1:${String(port)}/metrics`)
    expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([200, 'nosniff'])
    expect(valueOf(await answer.text(), 'jotgate_revocation_ready')).toBe(1)
    expect(await statusOf(port, '/metrics', { host: 'auth.example' })).toBe(421)
    expect(await statusOf(port, '/metrics', { method: 'POST' })).toBe(405)
    for (const path of ['/', '/healthz', '/admin/users', '/metrics?'])
      expect([path, await statusOf(port, path)]).toEqual([path, 404])
    expect((await scrape(service)).status).toBe(404)
    const twice = await runService({ ...env, PORT: String(port), DATA_DIR: folder() })
    expect([twice.code, twice.output]).toEqual([1, expect.stringContaining('metricsPort: ')])
    expect(await service.stop()).toBe(0)
    await expect(statusOf(port, '/metrics')).rejects.toThrow()
  },
)

test.concurrent(
  'with a token metrics are for every caller that sends it',
  async ({ folder, start }) => {
    const config = join(folder(), 'jotgate.yaml')
    writeFileSync(
      config,
      'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nmetricsToken: env:METRICS_TOKEN\n',
    )
    const token = randomBytes(24).toString('base64url')
    const env = { JOTGATE_CONFIG: config, METRICS_TOKEN: token }
    const service = await start({ dataDir: folder(), env })
    const statusWith = async (authorization?: string) =>
      (await scrape(service, authorization === undefined ? {} : { authorization })).status
    expect(await statusWith(`Bearer ${token}`)).toBe(200)
    for (const wrong of [undefined, 'Bearer ', `Bearer ${token}x`, `Basic ${token}`, token])
      expect(await statusWith(wrong)).toBe(401)
    const short = await runService({ ...env, METRICS_TOKEN: 'short', DATA_DIR: folder() })
    expect([short.code, short.output]).toEqual([1, expect.stringContaining('metricsToken: ')])
  },
)
