import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { amount } from '../../setup/amount.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { startRedisCluster, type RedisCluster } from '../../setup/redis-cluster.js'
import { seeded } from '../../setup/random.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { redisCommand } from '../../setup/redis-command.js'
import { until } from '../../setup/server.js'
import { readPair } from '../pair.js'
import { temporaryFolder } from '../running-service.js'
import { ask } from './asking.js'
import { startFleet, type Fleet } from './fleet.js'
import { count, createTally, type Tally } from './tally.js'
import { liveAs } from './user.js'

/*
 * System: three processes of the service behind a balancer, over one PostgreSQL (users, sessions, keys) and one Redis
 * Cluster with replicas (revocations, limits); eight users and one administrator.
 * Moves of a user, drawn from the seed (user.ts): log in, ask for the profile, refresh, log out or be logged out by the
 * administrator, try a token of a session that has ended. Moves of the world: the keys are rotated, every process is stopped and started again
 * in turn, the primary that keeps the revocations is killed and its replica takes over.
 * Invariants: no session is lost (a good refresh token is answered 200, or 503 while something fails over); no token is
 * good after its session has ended, beyond the time in which processes hear of it; no answer is a 500; every process
 * that was stopped ends with code 0.
 * The run shows that it has seen enough: revocations for every four seconds, and dead tokens that were refused.
 */

/** How long the load goes on, and how often what happens. Seconds. */
const seconds = amount({ short: 10, full: 600 })
const rotateEvery = amount({ short: 4, full: 30 })
const rollEvery = amount({ short: 10, full: 45 })
const userCount = 8
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const password = 'eleven herons over a weir'

/** Another release's program: its processes and this one's serve together, over one Redis that does not fail. */
const other = process.env['OTHER_RELEASE']

const folder = temporaryFolder()
let postgres: PostgresServer
let redis: RedisCluster | RedisServer
let fleet: Fleet
let adminToken = ''

const asAdmin = (operation: string, body?: unknown) =>
  ask(fleet.balancer.origin, { operation, token: adminToken, body })
/** Asks until it is done: a 503 is no token. */
async function logInAdmin(): Promise<void> {
  const body = { username: 'root', password }
  for (;;) {
    const answer = await ask(fleet.balancer.origin, { operation: 'POST /user/login', body })
    if (answer.status !== 503) {
      adminToken = readPair(answer.body).accessToken
      return
    }
    await sleep(200)
  }
}

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([
    startPostgres(),
    other === undefined ? startRedisCluster({ replicas: true }) : startRedis({}),
  ])
  fleet = await startFleet({
    ...{ folder: folder.path, size: 3, database: postgres.url, password, other },
    settings: ['accessExpire: 10m', 'keySetMaxAge: 5s'],
    redis: 'nodes' in redis ? clusterUrl(redis) : redis.url,
  })
  await fleet.addUser('root', 'admin')
  await logInAdmin()
  for (let i = 0; i < userCount; i++) {
    const added = await asAdmin('POST /admin/users', { username: `user-${String(i)}`, password })
    if (added.status !== 200) throw new Error(`a user was not added: ${String(added.status)}`)
  }
})
afterAll(async () => {
  await fleet.stop()
  await Promise.all([redis.stop(), postgres.stop()])
  folder.remove()
})

test(
  'three processes over PostgreSQL and a Redis Cluster lose no session and let nobody in who is out, while keys rotate, processes are replaced and a primary fails over',
  { timeout: (seconds + 240) * 1000 },
  async () => {
    const tally = createTally()
    const stop = new AbortController()
    const users = Array.from({ length: userCount }, (_, i) =>
      liveAs({
        origin: fleet.balancer.origin,
        username: `user-${String(i)}`,
        password,
        tally,
        stop: stop.signal,
        adminToken: () => adminToken,
        random: seeded(seed + i),
      }),
    )
    const events = [
      every(rotateEvery, stop.signal, () => rotateKeys(tally)),
      every(120, stop.signal, logInAdmin),
      every(rollEvery, stop.signal, () => fleet.roll()),
    ]
    await sleep(seconds * 500)
    if ('nodes' in redis) await failOver(redis)
    await sleep(seconds * 500)
    // A busy machine takes longer to see as much.
    await until(60_000, () => Promise.resolve(hasSeenEnough(tally)))
    stop.abort()
    await Promise.all([...users, ...events])
    report(tally)
    expect(tally.faults).toEqual([])
    if (other !== undefined)
      expect(Object.keys(tally.answers).filter((each) => / 5\d\d$/.test(each))).toEqual([])
    expect(tally.revocations).toBeGreaterThan(seconds / 4)
    expect(tally.answers['a dead token 401']).toBeGreaterThan(tally.revocations)
    for (const output of fleet.outputs()) expect(output).not.toMatch(/unexpected fault|"level":60/)
    expect(fleet.exitCodes().length).toBeGreaterThanOrEqual(3)
    expect(fleet.exitCodes().filter((code) => code !== 0)).toEqual([])
  },
)

function hasSeenEnough({ revocations, answers }: Tally): boolean {
  return revocations > seconds / 4 && (answers['a dead token 401'] ?? 0) > revocations
}

/** Asks until it is done: while a primary fails over nobody can say whether the administrator's token is still good. */
async function rotateKeys(tally: Tally): Promise<void> {
  for (;;) {
    const { status } = await asAdmin('POST /admin/keys/rotate')
    count(tally.answers, `POST /admin/keys/rotate ${String(status)}`)
    if (status === 200) return
    if (status !== 503) tally.faults.push(`a rotation was answered ${String(status)}`)
    await sleep(200)
  }
}

function clusterUrl({ nodes }: RedisCluster): string {
  return `redis+cluster://${nodes.map(({ host, port }) => `${host}:${String(port)}`).join(',')}`
}

/** Kills the primary that keeps the revocations; its replica takes over. */
async function failOver({ nodes }: RedisCluster): Promise<void> {
  for (const { port, pid } of nodes) {
    const keys = await redisCommand(port, 'DBSIZE')
    if (keys.startsWith(':0')) continue
    process.kill(pid, 'SIGKILL')
    return
  }
  throw new Error('no primary keeps anything')
}

async function every(
  period: number,
  stop: AbortSignal,
  happens: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    await sleep(period * 500, undefined, { signal: stop }).catch(() => undefined)
    if (stop.aborted) return
    await happens()
    await sleep(period * 500, undefined, { signal: stop }).catch(() => undefined)
  }
}

function report({ answers, late, revocations }: Tally): void {
  const sorted = [...late].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
  console.log(
    JSON.stringify({
      ...{ seed, seconds, users: userCount, revocations, answers },
      acceptedLateMs: { count: late.length, p50: at(0.5), p99: at(0.99), most: at(0.999999) },
    }),
  )
}
