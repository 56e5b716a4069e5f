import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import type { SessionStore } from '../../src/session/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { postgresStores } from '../../src/stores/sql/postgres.js'
import { client, makeSessions } from '../session/setup.js'
import { amount } from '../setup/amount.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { until } from '../setup/server.js'
import { startTcpProxy, type Direction, type TcpProxy } from '../setup/tcp-proxy.js'
import { ioredisAt, nodeRedisAt } from './redis/servers.js'

let redis: RedisServer
let postgres: PostgresServer
const closing: (() => unknown)[] = []

beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis({}), startPostgres()])
})
afterAll(async () => {
  await Promise.all(closing.map((close) => close()))
  await Promise.all([redis, postgres].map(({ stop }) => stop()))
})

/** A store behind a proxy, and the same on a way of its own. */
interface Site {
  readonly proxy: TcpProxy
  readonly store: SessionStore
  readonly direct: SessionStore
}

interface Options {
  /** Of each question to the store; its default when there is none. */
  readonly deadlineMs?: number
}

type Make = (prefix: string, options: Options) => Promise<Site>

const inRedis =
  (connect: typeof ioredisAt): Make =>
  async (prefix, options) => {
    const proxy = await startTcpProxy({ port: Number(new URL(redis.url).port) })
    const far = await connect(`redis://127.0.0.1:${String(proxy.port)}`)
    const near = await ioredisAt(redis.url)
    closing.push(far.close, near.close, proxy.stop)
    const { sessions: store } = redisStores(far.client, { prefix, ...options })
    const direct = redisStores(near.client, { prefix, deadlineMs: 10_000 }).sessions
    return { proxy, store, direct }
  }

const inPostgres: Make = async (prefix, options) => {
  const url = new URL(postgres.url)
  const proxy = await startTcpProxy({ port: Number(url.port) })
  const near = openPool(postgres.url)
  url.port = String(proxy.port)
  const far = openPool(url.href)
  closing.push(
    () => far.end(),
    () => near.end(),
    proxy.stop,
  )
  const schema = `hang_${prefix}_${String(process.pid)}`
  const direct = postgresStores(near, { schema, deadlineMs: 10_000 }).sessions
  await direct.find('none')
  return { proxy, store: postgresStores(far, { schema, ...options }).sessions, direct }
}

function openPool(connectionString: string): Pool {
  return new Pool({ connectionString, max: 8 }).on('error', () => undefined)
}

const makers: Readonly<Record<string, Make>> = {
  'ioredis as it comes': inRedis(ioredisAt),
  'ioredis that resends nothing': inRedis((url) =>
    ioredisAt(url, { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null }),
  ),
  'node-redis as it comes': inRedis(nodeRedisAt),
  'node-redis without a queue': inRedis((url) => nodeRedisAt(url, { disableOfflineQueue: true })),
  PostgreSQL: inPostgres,
}

/** How many positions of the exchange in a direction; all others are a wait of two seconds each. */
const positions = amount({ short: 2, full: 40 })
/** Bytes of one exchange in one direction, at least. */
const exchange = 4000
const stalls = (['toServer', 'toClient'] satisfies Direction[]).flatMap((direction) =>
  Array.from({ length: positions }, (_, i) => ({
    direction,
    after: Math.floor((i * exchange) / positions),
  })),
)
const operations = ['issue', 'refresh', 'end', 'endAll', 'endOthers', 'list'] as const
type Operation = (typeof operations)[number]

let subjects = 0

/** One of each question, each about a subject of its own, and what the store has of these. */
async function prepare({ store, direct }: Site, storeDeadlineMs?: number) {
  const { sessions, verify, seen, clock } = makeSessions({
    store,
    loadSubject: () => Promise.resolve({ claims: {} }),
    ...(storeDeadlineMs !== undefined && { storeDeadlineMs }),
  })
  const own = makeSessions({
    store: direct,
    loadSubject: () => Promise.resolve({ claims: {} }),
    storeDeadlineMs: 10_000,
  })
  const names = operations.map((name) => ({ name, subject: `${name}-${String(subjects++)}` }))
  const logins = await Promise.all(
    names.map(async ({ name, subject }) => {
      const { refreshToken, accessToken } = await own.sessions.issue({ subject, client })
      const { sub, sid } = (await own.verify(accessToken)).claims
      await own.sessions.issue({ subject, client })
      return [name, { subject, refreshToken, session: { subject: String(sub), sid: String(sid) } }]
    }),
  )
  const of = Object.fromEntries(logins) as Record<Operation, Login> // one entry an operation
  const asking = {
    issue: () => sessions.issue({ subject: of.issue.subject, client }),
    refresh: () => sessions.refresh(of.refresh.refreshToken, { client }),
    end: () => sessions.end(of.end.refreshToken),
    endAll: () => sessions.endAll(of.endAll.subject),
    endOthers: () => sessions.endOthers(of.endOthers.session),
    list: () => sessions.list(of.list.subject),
  }
  const kept = async () =>
    Promise.all(names.map(({ subject }) => direct.list(subject, clock.now())))
  return { asking, kept, of, verify, seen, sessions }
}

interface Login {
  readonly subject: string
  readonly refreshToken: string
  readonly session: { readonly subject: string; readonly sid: string }
}

async function outcomeOf(question: () => Promise<unknown>): Promise<unknown> {
  return question().then(
    () => 'answered',
    (error: unknown) => {
      const { code, status } = error as { code?: unknown; status?: unknown }
      return [code, status]
    },
  )
}

/** As a client does: asks again after a 503. */
async function patiently<T>(question: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left--) {
    try {
      return await question()
    } catch (error) {
      if (left === 0 || !(error instanceof AuthError) || error.status !== 503) throw error
    }
  }
}

const unavailable = ['STORE_UNAVAILABLE', 503]
/** `endAll` and `list` may ask a store twenty times; nobody else waits that long. */
const bounded = 30_000
/** Past the deadline of what was asked, and the half second for which a server may be late. */
const pastAll = 900

/** Asks everything at once before a store that stops in the middle, and lets it go on later. */
async function stall(site: Site, fault: { direction: Direction; after: number }, ms?: number) {
  const trial = await prepare(site, ms)
  const order = site.proxy.order({ ...fault, then: 'hang' })
  const before = await trial.kept()
  const started = performance.now()
  const outcomes = await Promise.all(operations.map((name) => outcomeOf(trial.asking[name])))
  const took = performance.now() - started
  await sleep(pastAll)
  const stalled = await settled(trial.kept)
  const { happened } = order
  site.proxy.heal()
  await answers(site)
  // Whatever was held back is through by now.
  await sleep(200)
  return { ...trial, happened, before, stalled, healed: await trial.kept(), outcomes, took }
}

/** What the server had in time may be done while nobody looks; what it has not got yet comes only with the healing. */
async function settled<T>(read: () => Promise<T>): Promise<T> {
  let last = await read()
  const isSettled = async () => {
    const before = last
    await sleep(100)
    last = await read()
    return isDeepStrictEqual(last, before)
  }
  if (!(await until(60_000, isSettled))) throw new Error('the store does not come to rest')
  return last
}

/** Until the client has connected, or has connected again. */
async function answers({ store }: Site): Promise<void> {
  const isThere = () =>
    store.find('none').then(
      () => true,
      () => false,
    )
  if (!(await until(60_000, isThere))) throw new Error('the store does not answer')
}

async function open(name: string, make: Make, options: Options = {}): Promise<Site> {
  const site = await make(`${name}${String(subjects++)}`, options)
  await answers(site)
  // Connections enough are open, and the server's clock is known on each.
  const isWarm = async () => {
    const { asking } = await prepare(site)
    const outcomes = await Promise.all(operations.map((name) => outcomeOf(asking[name])))
    return outcomes.every((outcome) => outcome === 'answered')
  }
  if (!(await until(60_000, isWarm))) throw new Error('the store does not answer')
  return site
}

describe.concurrent.each(Object.entries(makers))('a store that hangs, by %s', (_, make) => {
  const timeout = 120_000 + stalls.length * 10_000

  test(
    'a store that hangs is 503 in time, never a 401, and does nothing late',
    { timeout },
    async ({ expect }) => {
      const site = await open('hang', make)
      const met = { toServer: 0, toClient: 0 }
      for (const fault of stalls) {
        const trial = await stall(site, fault)
        const where = JSON.stringify(fault)
        if (trial.happened) met[fault.direction]++
        for (const outcome of trial.outcomes)
          expect(['answered', unavailable], where).toContainEqual(outcome)
        if (fault.after === 0)
          expect(trial.outcomes, where).toEqual(operations.map(() => unavailable))
        expect(trial.took).toBeLessThan(bounded)
        if (fault.after === 0 && fault.direction === 'toServer')
          expect(trial.stalled, where).toEqual(trial.before)
        expect(trial.healed, where).toEqual(trial.stalled)

        // A repeated call gets the one successor, and no session was ended as stolen.
        const first = await patiently(trial.asking.refresh)
        const again = await patiently(trial.asking.refresh)
        expect(again.refreshToken, where).toBe(first.refreshToken)
        await trial.verify(first.accessToken)
        const [session] = await site.direct.list(trial.of.refresh.subject, 0)
        expect(session?.generation).toBeLessThanOrEqual(1)
        const hooks = trial.seen.hooks.map(({ name }) => name)
        expect(hooks.filter((name) => name === 'onReused' || name === 'onRolledBack')).toEqual([])
      }
      if (stalls.length > 4) console.log(`${_}: stalled ${JSON.stringify(met)}`)
      // The last positions may lie behind the end of what was said.
      expect(Math.min(met.toServer, met.toClient)).toBeGreaterThan(positions / 4)
    },
  )

  test('a store that hangs and has a minute does it late, so the deadline is what prevents it', async ({
    expect,
  }) => {
    const site = await open('late', make, { deadlineMs: 60_000 })
    const trial = await stall(site, { direction: 'toServer', after: 0 }, 100)
    expect(trial.took).toBeLessThan(bounded)
    expect(trial.outcomes).toEqual(operations.map(() => unavailable))
    expect(trial.stalled).toEqual(trial.before)
    expect(trial.healed).not.toEqual(trial.stalled)
  })
})
