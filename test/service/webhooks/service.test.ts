import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { webhookName } from '../../../apps/auth-service/src/configuration/webhooks.js'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test } from '../own-services.js'
import { runService } from '../running-service.js'
import { oldSecret, secret, startReceiver, verifies, type Receiver } from './receiver.js'

const password = 'eleven herons over a weir'
const metricsToken = 'a-token-for-the-metrics'

/** The environment of a service with these webhooks. */
function configured(folder: string, webhooks: string): Readonly<Record<string, string>> {
  const path = join(folder, 'jotgate.yaml')
  const least = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'
  writeFileSync(path, `${least}metricsToken: env:METRICS_TOKEN\n${webhooks}`)
  return {
    ...{ JOTGATE_CONFIG: path, DATA_DIR: join(folder, 'data'), METRICS_TOKEN: metricsToken },
    ...{ SECRET: secret, OLD: oldSecret, LOG_LEVEL: 'error' },
  }
}

const typesOf = ({ received }: Receiver) =>
  received.map(({ body }) => (JSON.parse(body) as { type: string }).type)

async function metric(origin: string, name: string): Promise<number> {
  const headers = { authorization: `Bearer ${metricsToken}` }
  const text = await (await fetch(`${origin}/metrics`, { headers })).text()
  return Number(new RegExp(`^jotgate_outbox_${name} (\\S+)$`, 'm').exec(text)?.[1])
}

test.concurrent(
  'a service tells its webhooks when a session ends and when a password changes, by whatever process',
  async ({ expect, folder, start, onTestFinished }) => {
    const receiver = await startReceiver()
    onTestFinished(receiver.close)
    const env = configured(
      folder(),
      `Webhooks: [{ URL: "${receiver.url}", secret: env:SECRET, PrevSecret: "\${OLD}", reach: loopback }]\n`,
    )
    const added = await runService(env, ['user', 'add', 'bob'], password)
    expect(added).toMatchObject({ code: 0 })
    const service = await start({ dataDir: env['DATA_DIR'] ?? '', env })
    const { call, login } = callerOf(() => service)
    const pair = await login('bob', password)
    await call('POST /user/logout', pair.accessToken)
    await expect.poll(() => typesOf(receiver)).toEqual(['session.ended'])
    const [first] = receiver.received
    if (first === undefined) throw new Error('nothing was received')
    expect(verifies(first, secret) && verifies(first, oldSecret)).toBe(true)
    expect(first.body).toContain(pair.sid)
    expect(first.body).not.toContain('bob')
    await login('bob', password)
    const changed = await runService(env, ['user', 'password', 'bob'], 'twelve herons over a weir')
    expect(changed).toMatchObject({ code: 0 })
    await expect
      .poll(() => typesOf(receiver).sort())
      .toEqual(['session.ended', 'session.ended', 'user.password-changed'])
    await expect.poll(() => metric(service.origin, 'delivered')).toBe(3)
    expect(await metric(service.origin, 'failed')).toBe(0)
    expect(await service.stop()).toBe(0)
  },
)

test.concurrent(
  'an operator sees the webhooks that were given up, and has them sent again or dropped',
  async ({ expect, folder, start, onTestFinished }) => {
    const receiver = await startReceiver((response) => response.writeHead(410).end())
    onTestFinished(receiver.close)
    const webhook = `{ url: "${receiver.url}", secret: env:SECRET, reach: loopback }`
    const env = configured(folder(), `webhooks: [${webhook}]\n`)
    const run = async (args: string) =>
      (await runService(env, ['outbox', ...args.split(' ')])).output
    const name = webhookName(new URL(receiver.url))
    expect((await runService(env, ['check-config'])).output).toContain(`${name} for session.ended`)
    await runService(env, ['user', 'add', 'bob'], password)
    expect(await run('list')).toBe('')
    const service = await start({ dataDir: env['DATA_DIR'] ?? '', env })
    const { call, login } = callerOf(() => service)
    const logOut = async () => call('POST /user/logout', (await login('bob', password)).accessToken)
    await logOut()
    await expect.poll(() => receiver.received).toHaveLength(1)
    const id = String(receiver.received[0]?.headers['webhook-id'])
    await expect.poll(() => run('list')).toContain(`${name}: 0 waiting, 1 given up\n${id} `)
    await expect.poll(() => metric(service.origin, 'failed')).toBe(1)
    expect(await run(`list --target https://another.example`)).toBe('')
    expect(await run('list')).toContain('attempts: 1, last: the receiver answered with status 410')
    expect(JSON.parse(await run('list --json'))).toMatchObject({
      targets: [{ target: name, waiting: 0, failed: 1 }],
      failed: [{ id, attempts: 1, topic: 'webhook', target: name }],
    })
    expect(await run(`list --target ${name}`)).toBe(await run('list'))
    expect(await run('list')).not.toContain(receiver.url)
    expect(await run('retry unknown')).toBe('0 will be sent again\n')
    expect(await service.stop()).toBe(0)
    expect(await run(`retry ${id}`)).toBe('1 will be sent again\n')
    expect(await run('list')).toBe(`${name}: 1 waiting, 0 given up\n`)
    receiver.answer = (response) => response.writeHead(200).end()
    const next = await start({ dataDir: env['DATA_DIR'] ?? '', env })
    await expect.poll(() => receiver.received).toHaveLength(2)
    expect(receiver.received[1]).toMatchObject({ body: receiver.received[0]?.body })
    await expect.poll(() => run('list')).toBe('')
    expect(await next.stop()).toBe(0)
    expect(await run('drop --all')).toBe('0 dropped\n')
    for (const wrong of ['retry', 'drop', 'list --all', 'retry --all x', 'forget', ''])
      expect(await run(wrong)).toContain('usage: ')
  },
)

test.concurrent(
  'a service tells its webhooks of locks, thefts and deleted users, by their ids alone',
  async ({ expect, folder, start, onTestFinished }) => {
    const receiver = await startReceiver()
    onTestFinished(receiver.close)
    const webhook = `{ url: "${receiver.url}", secret: env:SECRET, reach: loopback }`
    const settings = 'grace: 1s\nrecoverWithin: 0\nloginLimits: { account: 1 }\n'
    const env = configured(folder(), `${settings}webhooks: [${webhook}]\n`)
    await runService(env, ['user', 'add', 'root', 'admin'], password)
    await runService(env, ['user', 'add', 'ann'], password)
    const service = await start({ dataDir: env['DATA_DIR'] ?? '', env })
    const { call, login } = callerOf(() => service)
    const { accessToken: root } = await login('root', password)

    for (const wrong of ['a first guess', 'a second guess'])
      await call('POST /user/login', undefined, { username: 'ann', password: wrong })
    await expect.poll(() => typesOf(receiver)).toEqual(['user.locked'])
    const { locks } = (await call('GET /admin/locks', root)).body as { locks: { id: string }[] }
    expect((await call(`DELETE /admin/locks/${locks[0]?.id ?? ''}`, root)).status).toBe(204)
    await expect.poll(() => typesOf(receiver)).toEqual(['user.locked', 'user.unlocked'])

    const stolen = await login('ann', password)
    const body = { refreshToken: stolen.refreshToken }
    await call('POST /user/refresh', undefined, body)
    // The replaced token is a theft once the grace has passed.
    await expect
      .poll(async () => (await call('POST /user/refresh', undefined, body)).status)
      .toBe(401)
    await expect.poll(() => typesOf(receiver)).toContain('session.reused')
    await expect.poll(() => typesOf(receiver)).toContain('session.ended')

    const { users } = (await call('GET /admin/users?search=ann', root)).body as {
      users: { id: string }[]
    }
    const ann = users[0]?.id ?? ''
    const deleted = await call(`DELETE /admin/users/${ann}`, root, { confirm: 'ann' })
    expect(deleted.status).toBe(204)
    await expect.poll(() => typesOf(receiver)).toContain('user.deleted')
    const subjects = receiver.received.map(
      (each) => (JSON.parse(each.body) as { data: { subject: string } }).data.subject,
    )
    expect(new Set(subjects)).toEqual(new Set([ann]))
    for (const each of receiver.received) expect(each.body).not.toMatch(/"ann"|127\.0\.0\.1/)
    expect(await service.stop()).toBe(0)
  },
)
