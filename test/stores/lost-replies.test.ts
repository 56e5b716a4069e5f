import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/session/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { amount } from '../setup/amount.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { startTcpProxy, type Direction } from '../setup/tcp-proxy.js'
import { client } from '../session/setup.js'
import { graceOver } from './race.js'
import { sessionsOver } from './children/sessions.js'

/** Bytes from one cut to the next: each of them in the long run. */
const step = amount({ short: 16, full: 1 })

let redis: RedisServer
let postgres: PostgresServer
const closing: (() => unknown)[] = []

beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
})
afterAll(async () => {
  for (const close of closing) await close()
  await Promise.all([redis.stop(), postgres.stop()])
})

const ignore = () => undefined
/** What is under test is not how fast a busy machine is. */
const deadlineMs = 10_000
const portOf = (url: string) => Number(new URL(url).port)

/** Opens the session store at a port, as a program with one client would. */
type Open = (port: number) => Promise<SessionStore>

const overIoredis =
  (resend: boolean): Open =>
  (port) => {
    const client = new Redis({
      port,
      autoResendUnfulfilledCommands: resend,
      maxRetriesPerRequest: resend ? null : 0,
      retryStrategy: () => 5,
    }).on('error', ignore)
    closing.unshift(() => {
      client.disconnect()
    })
    return Promise.resolve(redisStores(client, { prefix: 'lost', deadlineMs }).sessions)
  }

const overNodeRedis =
  (queue: boolean): Open =>
  async (port) => {
    const client = createClient({
      socket: { host: '127.0.0.1', port, reconnectStrategy: () => 5 },
      disableOfflineQueue: !queue,
    }).on('error', ignore)
    closing.unshift(() => {
      client.destroy()
    })
    return redisStores(await client.connect(), { prefix: 'lost', deadlineMs }).sessions
  }

const overPg: Open = (port) => {
  const url = new URL(postgres.url)
  url.port = String(port)
  const pool = new Pool({ connectionString: url.href, max: 1 }).on('error', ignore)
  closing.unshift(() => pool.end())
  return Promise.resolve(postgresStores(pool, { schema: 'lost', deadlineMs }).sessions)
}

const ways: Readonly<Record<string, readonly [() => string, Open]>> = {
  'Redis by ioredis, which resends': [() => redis.url, overIoredis(true)],
  'Redis by ioredis, which does not': [() => redis.url, overIoredis(false)],
  'Redis by node-redis, which queues': [() => redis.url, overNodeRedis(true)],
  'Redis by node-redis, which does not': [() => redis.url, overNodeRedis(false)],
  'PostgreSQL by pg': [() => postgres.url, overPg],
}

/** A service whose way to its store can be cut, and another one, whose cannot, over the same sessions. */
async function openSite(url: string, open: Open, grace: number) {
  const proxy = await startTcpProxy({ port: portOf(url) })
  closing.push(() => proxy.stop())
  const secret = randomBytes(32).toString('hex')
  const seen: string[] = []
  let now = Math.floor(Date.now() / 1000)
  const hook = (name: string) => () => void seen.push(name)
  const options = {
    grace,
    recoverWithin: 0,
    now: () => now,
    hooks: {
      onRefreshed: hook('rotated'),
      onReplayed: hook('replayed'),
      onReused: hook('reused'),
      onRolledBack: hook('rolledBack'),
    },
  }
  const sessions = await open(portOf(url))
  return {
    proxy,
    seen,
    sessions,
    safe: sessionsOver(sessions, secret, options),
    cut: sessionsOver(await open(proxy.port), secret, options),
    later: (seconds: number) => {
      now += seconds
    },
  }
}

type Site = Awaited<ReturnType<typeof openSite>>

/** Asks again until there is an answer, as a client does that lost one; what it was refused with in the end. */
async function persist(
  ask: () => Promise<{ refreshToken: string }>,
  later: (seconds: number) => void,
): Promise<string> {
  let last: unknown
  for (let tries = 0; tries < 200; tries++) {
    try {
      return (await ask()).refreshToken
    } catch (error) {
      last = error
      // A store that was not reached says so; anything else is a refusal.
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') break
      await sleep(10)
      if (tries < 3) later(1)
    }
  }
  return `refused: ${String((last as { code?: string }).code)}`
}

/** How many bytes one refresh takes on a connection that is open. */
async function measure({ safe, cut, proxy }: Site): Promise<Record<Direction, number>> {
  const bytes = { toServer: 0, toClient: 0 }
  for (let round = 0; round < 3; round++) {
    const { refreshToken } = await safe.issue({ subject: 'user-1', client })
    const before = { ...proxy.passed }
    await cut.refresh(refreshToken, { client })
    bytes.toServer = proxy.passed.toServer - before.toServer
    bytes.toClient = proxy.passed.toClient - before.toClient
  }
  return bytes
}

interface Trial {
  readonly direction: Direction
  readonly after: number
  readonly then: 'cut' | 'reset'
}

/** A login, a refresh through the cut, and the client's further tries; what went wrong, if anything did. */
async function tryCut(site: Site, trial: Trial): Promise<{ happened: boolean; fault?: string }> {
  const { safe, cut, proxy, sessions, seen, later } = site
  const { refreshToken, sid } = await safe.issue({ subject: 'user-1', client })
  const alarms = () => seen.filter((name) => name === 'reused' || name === 'rolledBack').length
  const before = alarms()
  const order = proxy.order(trial)
  const first = await persist(() => cut.refresh(refreshToken, { client }), later)
  proxy.heal()
  const again = await persist(() => cut.refresh(refreshToken, { client }), later)
  const session = await sessions.findBySid(sid)
  later(graceOver)
  const next = await persist(() => safe.refresh(again, { client }), later)
  const problems = [
    ...(first.startsWith('refused') ? [`first ${first}`] : []),
    ...(again === first ? [] : [`two successors (${again.slice(0, 30)})`]),
    ...(session?.generation === 1 ? [] : [`generation ${String(session?.generation)}`]),
    ...(next.startsWith('refused') ? [`next ${next}`] : []),
    ...(alarms() === before ? [] : ['a false alarm']),
  ]
  const where = `${trial.then} ${trial.direction} after ${String(trial.after)}`
  return {
    happened: order.happened,
    ...(problems.length === 0 ? {} : { fault: `${where}: ${problems.join(', ')}` }),
  }
}

/** Every cut of one exchange, at every {@link step}th byte of either direction. */
async function cutEverywhere(site: Site): Promise<{
  readonly trials: number
  readonly happened: number
  readonly faults: readonly string[]
}> {
  const bytes = await measure(site)
  let trials = 0
  let happened = 0
  const faults: string[] = []
  for (const direction of ['toServer', 'toClient'] as const) {
    for (let after = 0; after < bytes[direction]; after += step) {
      const then = trials % 2 === 0 ? 'cut' : 'reset'
      const result = await tryCut(site, { direction, after, then })
      trials++
      if (result.happened) happened++
      if (result.fault !== undefined) faults.push(result.fault)
    }
  }
  return { trials, happened, faults }
}

describe('a rotation whose way to the store is cut', () => {
  test.concurrent.each(Object.entries(ways))(
    'a rotation whose way to the store is cut is answered at the next try, once, without an alarm: %s',
    { timeout: 600_000 },
    async (name, [urlOf, open]) => {
      const site = await openSite(urlOf(), open, 10)
      const { trials, happened, faults } = await cutEverywhere(site)
      const count = (kind: string) => site.seen.filter((each) => each === kind).length
      console.log(
        `${name}: ${String(trials)} cuts, ${String(happened)} of them during the exchange, ` +
          `${String(count('replayed'))} answers given again, ${String(faults.length)} faults`,
      )
      expect(faults).toEqual([])
      // Some exchanges are a few bytes shorter than the one that was measured.
      expect(happened).toBeGreaterThan(trials * 0.9)
      expect(trials).toBeGreaterThan(30 / (step / 16))
      // Both happened: cuts before the store had rotated, and after.
      expect(count('rotated')).toBeGreaterThan(trials)
      expect(count('replayed')).toBeGreaterThan(trials)
    },
  )

  test('a rotation that is cut logs the client out where nothing is given again: without a grace', async () => {
    const site = await openSite(redis.url, overIoredis(false), 0)
    const { toClient } = await measure(site)
    const { fault } = await tryCut(site, {
      direction: 'toClient',
      after: toClient - 1,
      then: 'cut',
    })
    expect(fault).toContain('a false alarm')
  })
})
