import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startRedis } from '../../setup/redis.js'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test, type Own } from '../own-services.js'
import { runService } from '../running-service.js'

const password = 'eleven herons over a weir'

async function startLimited(
  { folder, start }: Own,
  limits: string,
  more: Readonly<Record<string, string>> = {},
) {
  const config = join(folder(), 'jotgate.yaml')
  writeFileSync(
    config,
    `issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nloginLimits: ${limits}\ntrustedProxies: [127.0.0.1]\n`,
  )
  const [dataDir, env] = [folder(), { JOTGATE_CONFIG: config, ...more }]
  const added = await runService({ ...env, DATA_DIR: dataDir }, ['user', 'add', 'bob'], password)
  expect(added.code).toBe(0)
  const service = await start({ dataDir, env })
  const { call } = callerOf(() => service)
  const login = async (secret: string, address: string, username = 'bob') => {
    const answer = await fetch(`${service.origin}/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ username, password: secret }),
    })
    const { headers, status } = answer
    return { status, retryAfter: headers.get('retry-after'), body: await answer.text() }
  }
  const disable = async () => {
    const { code } = await runService({ ...env, DATA_DIR: dataDir }, ['user', 'disable', 'bob'])
    expect(code).toBe(0)
  }
  return { call, login, disable, service }
}

test('a locked account answers the right password as a wrong one, except at a known address', async ({
  own,
}) => {
  const { login, call } = await startLimited(own, '{ account: 2, address: 100, service: 100 }')
  const home = await login(password, '10.0.0.1')
  expect(home.status).toBe(200)
  const outcomes = []
  for (let i = 0; i < 5; i++) outcomes.push(await login('wrong', '10.0.0.2'))
  outcomes.push(await login(password, '10.0.0.2'), await login('wrong', '10.0.0.2', 'nobody'))
  expect(new Set(outcomes.map((each) => JSON.stringify(each))).size).toBe(1)
  expect(outcomes[0]?.status).toBe(401)
  expect((await login(password, '10.0.0.1')).status).toBe(200)

  // A stolen access token is no way round it: a wrong current password is counted too.
  const { accessToken } = JSON.parse(home.body) as { accessToken: string }
  const change = async (currentPassword: string) =>
    (await call('PUT /user/password', accessToken, { currentPassword, newPassword: 'x' })).status
  const tries = []
  for (let i = 0; i < 4; i++) tries.push(await change('wrong'))
  expect([...tries, await change(password)]).toEqual([403, 403, 403, 403, 403])
})

test.for(['in memory', 'over Redis'])(
  'right logins at once all succeed, and among too many wrong ones a right one is answered like them, %s',
  async (where, { own, onTestFinished }) => {
    const env: Record<string, string> = {}
    if (where === 'over Redis') {
      const redis = await startRedis({ url: undefined })
      onTestFinished(redis.stop)
      env['REDIS_URL'] = redis.url
    }
    const { login } = await startLimited(own, '{ account: 2, address: 100, service: 100 }', env)
    for (let i = 0; i < 2; i++) expect((await login('wrong', '10.0.0.2')).status).toBe(401)
    const right = await Promise.all(Array.from({ length: 10 }, () => login(password, '10.0.0.1')))
    expect(right.map(({ status }) => status)).toEqual(right.map(() => 200))
    expect((await login(password, '10.0.0.3')).status).toBe(200)

    const wrong = Array.from({ length: 30 }, () => login('wrong', '10.0.0.4'))
    const all = await Promise.all([...wrong, login(password, '10.0.0.4')])
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 401))
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1)
  },
)

test.concurrent(
  'an address with too many failures gets 429 with Retry-After, and its neighbours do not',
  async ({ own }) => {
    const { login } = await startLimited(own, '{ account: 50, address: 4, service: 100 }')
    for (let i = 0; i < 4; i++)
      expect((await login('wrong', '10.0.0.2', `n${String(i)}`)).status).toBe(401)
    const refused = await login(password, '10.0.0.2')
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      429,
      { reason: 'too_many_requests' },
    ])
    expect(Number(refused.retryAfter)).toBeGreaterThan(800)
    expect((await login(password, '10.0.0.3')).status).toBe(200)
  },
)

test.concurrent(
  'the right password of a disabled account is counted as a wrong one',
  async ({ own }) => {
    const { login, disable } = await startLimited(own, '{ account: 50, address: 3, service: 100 }')
    await disable()
    const answers = []
    for (const secret of [password, password, 'wrong', password])
      answers.push((await login(secret, '10.0.0.2')).status)
    expect(answers).toEqual([401, 401, 401, 429])
  },
)

test.concurrent(
  'an office that logs in at once gets 503 with a short Retry-After, and is not refused afterwards',
  async ({ own }) => {
    // As few as are worked on at once on the smallest machine: all others wait for a slot.
    const { login } = await startLimited(own, '{ account: 100, address: 1, service: 1000 }')
    const all = await Promise.all(Array.from({ length: 40 }, () => login(password, '10.0.0.2')))
    const of = (status: number) => all.filter((each) => each.status === status)
    expect(of(200).length).toBeGreaterThanOrEqual(1)
    expect(of(503).length).toBeGreaterThan(0)
    expect(of(200).length + of(503).length).toBe(40)
    for (const { retryAfter } of of(503)) expect(Number(retryAfter)).toBeLessThanOrEqual(2)
    expect((await login(password, '10.0.0.2')).status).toBe(200)
  },
)
