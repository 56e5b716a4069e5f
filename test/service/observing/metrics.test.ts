import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect } from 'vitest'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test } from '../own-services.js'
import { runService, type RunningService } from '../running-service.js'

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

/** The Host field of fetch is not the caller's to set. */
function statusWithHost({ port }: RunningService, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/metrics', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .once('error', reject)
      .end()
  })
}

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
    const { status, text } = await scrape(service)
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
  'without a token metrics are for this machine, and not for what a proxy on it passes on',
  async ({ folder, start }) => {
    const config = join(folder(), 'jotgate.yaml')
    writeFileSync(config, 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n')
    const service = await start({ dataDir: folder(), env: { JOTGATE_CONFIG: config } })
    expect((await scrape(service)).status).toBe(200)
    expect(await statusWithHost(service, 'auth.example')).toBe(401)
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect([name, (await scrape(service, { [name]: '127.0.0.1' })).status]).toEqual([name, 401])
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
