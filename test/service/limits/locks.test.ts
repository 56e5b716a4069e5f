/**
 * The list of locks and their end, over each store that counts wrong passwords. Where there are two processes, the first one
 * counts and the second one lists and unlocks.
 */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  createAdmission,
  type Admission,
  type BegunLock,
} from '../../../apps/auth-service/src/limits/admission.js'
import { hashOf } from '../../../apps/auth-service/src/limits/hash-of.js'
import {
  isOfAddress,
  mostListed,
  mostOfAccount,
  unlockUser,
  type Lock,
} from '../../../apps/auth-service/src/limits/lockouts.js'
import { memoryLockouts } from '../../../apps/auth-service/src/limits/memory-lockouts.js'
import { openLockouts } from '../../../apps/auth-service/src/limits/open-lockouts.js'
import {
  migrateLimits,
  sweepLimits,
} from '../../../apps/auth-service/src/limits/postgres-limits.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { startPostgres } from '../../setup/postgres.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { attempt, loginLimits, slots } from './attempts.js'

const configuration = { loginLimits: { ...loginLimits, address: 100_000, service: 100_000 } }
const closing: (() => unknown)[] = []
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis({ url: undefined })
})
afterAll(async () => {
  for (const close of closing) await close()
  await redis.stop()
})

/** Two processes, or one that is both. */
interface World {
  readonly one: Admission
  readonly two: Admission
  readonly lockouts: Admission['lockouts']
  readonly begun: BegunLock[]
}

type Store = Omit<Parameters<typeof openLockouts>[0], 'configuration'>

/** As many processes as there are stores. */
function worldOf(...stores: readonly Store[]): World {
  const begun: BegunLock[] = []
  const onLocked = (lock: BegunLock) => {
    begun.push(lock)
  }
  const [one, two = one] = stores.map((store) =>
    createAdmission({ configuration, slots, onLocked, ...store }),
  )
  if (!one || !two) throw new Error('a process expected')
  return { one, two, lockouts: two.lockouts, begun }
}

const worlds: Readonly<Record<string, () => Promise<World>>> = {
  'in one process': () => Promise.resolve(worldOf({ redis: undefined })),
  'over Redis': async () => {
    const connections = [new Redis(redis.url), new Redis(redis.url)] as const
    for (const each of connections)
      closing.push(() => {
        each.disconnect()
      })
    for (const each of connections) await each.ping()
    await connections[0].flushall()
    return worldOf({ redis: connections[0] }, { redis: connections[1] })
  },
  'over PostgreSQL': async () => {
    const [one, two] = await openPostgres(2)
    return worldOf({ redis: undefined, postgres: one }, { redis: undefined, postgres: two })
  },
}

/** As many pools of connections over one new schema. */
async function openPostgres(count: number): Promise<SqlDatabase[]> {
  const { url } = await startPostgres()
  const schema = `locks_${randomBytes(4).toString('hex')}`
  const pools = Array.from({ length: count }, () => new Pool({ connectionString: url, max: 4 }))
  for (const pool of pools) closing.push(() => pool.end())
  await pools[0]?.query(`CREATE SCHEMA ${schema}`)
  const databases = pools.map((pool) => postgresDatabase(pool, { schema, deadlineMs: 60_000 }))
  for (const database of databases) await migrateLimits(database)
  return databases
}

const failing = async (limits: Admission, user: string, address = '10.9.9.9') => {
  for (let i = 0; i < 4; i++) expect(await attempt(limits, address, user)).toBe('tried')
}

describe.each(Object.entries(worlds))('locks %s', (where, open) => {
  test(`exactly the accounts that are locked are listed, with the count and the end, ${where}`, async () => {
    const { one, lockouts } = await open()
    expect(await lockouts.list({ limit: 10 })).toEqual([])
    for (let i = 0; i < 3; i++) await attempt(one, '10.9.9.9', 'carol')
    await attempt(one, '10.9.9.9', 'dave', true)
    await failing(one, 'bob')
    const [lock, ...others] = await lockouts.list({ limit: 10 })
    expect(others).toEqual([])
    expect(lock).toMatchObject({ user: 'bob', wrong: 4 })
    const seconds = Math.round(((lock?.until ?? 0) - Date.now()) / 1000)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(31)
    expect(lock && isOfAddress(lock)).toBe(false)
    expect(await lockouts.find(lock?.id ?? '')).toEqual(lock)
    expect(await lockouts.find('x'.repeat(22))).toBeUndefined()
  })

  test(`the right password logs in as soon as a lock is ended, in the other process too, ${where}`, async () => {
    const { one, two, lockouts } = await open()
    await failing(one, 'bob')
    await failing(one, 'carol')
    expect(await attempt(two, '10.9.9.9', 'bob', true)).toBe('locked')
    const [lock] = await lockouts.list({ user: 'bob', limit: 10 })
    if (!lock) throw new Error('bob has no lock')
    await lockouts.unlock(lock)
    await lockouts.unlock(lock)
    expect(await lockouts.find(lock.id)).toBeUndefined()
    expect(await attempt(one, '10.9.9.9', 'bob', true)).toBe('tried')
    expect(await attempt(two, '10.9.9.9', 'carol', true)).toBe('locked')
    expect((await lockouts.list({ limit: 10 })).map(({ user }) => user)).toEqual(['carol'])
    // The count begins anew as well.
    await failing(two, 'bob', '10.8.8.8')
  })

  test(`an account at an address that it is known at has a lock of its own, ${where}`, async () => {
    const { one, lockouts } = await open()
    await attempt(one, '10.0.0.1', 'bob', true)
    await failing(one, 'bob', '10.0.0.1')
    await failing(one, 'bob')
    const locks = await lockouts.list({ user: 'bob', limit: 10 })
    expect(locks.map(isOfAddress).sort()).toEqual([false, true])
    expect(await unlockUser(lockouts, 'bob')).toBe(2)
    expect(await lockouts.list({ limit: 10 })).toEqual([])
    expect(await attempt(one, '10.0.0.1', 'bob', true)).toBe('tried')
    expect(await attempt(one, '10.9.9.9', 'bob', true)).toBe('tried')
  })

  test(`one account that is locked at many networks fills no more than its part of the list, ${where}`, async () => {
    const { one, lockouts } = await open()
    const networks = Array.from({ length: mostOfAccount + 5 }, (_, at) => `10.1.${String(at)}.1`)
    for (const each of networks) expect(await attempt(one, each, 'eve', true)).toBe('tried')
    for (const user of ['bob', 'eve']) await failing(one, user)
    for (const each of networks) await failing(one, 'eve', each)
    const locks = await lockouts.list({ user: 'eve', limit: 100 })
    expect(locks.length).toBeGreaterThanOrEqual(mostOfAccount - 1)
    expect(locks.length).toBeLessThanOrEqual(mostOfAccount)
    expect(locks.filter((lock) => !isOfAddress(lock))).toHaveLength(1)
    expect(await lockouts.list({ user: 'bob', limit: 100 })).toHaveLength(1)
    // An account whose list is full is locked at its networks all the same.
    for (const each of networks) expect(await attempt(one, each, 'eve', true)).toBe('locked')
  })

  test(`the beginning of a lock is reported once, whatever is refused meanwhile, ${where}`, async () => {
    const { one, two, begun } = await open()
    const wrong = Array.from({ length: 30 }, (_, at) =>
      attempt(at % 2 === 0 ? one : two, '10.9.9.9', 'bob'),
    )
    await Promise.all(wrong)
    for (let i = 0; i < 5; i++) await attempt(two, '10.9.9.9', 'bob')
    expect(begun).toHaveLength(1)
    expect(begun[0]).toMatchObject({ user: 'bob', name: 'bob', address: '10.9.9.9', wrong: 4 })
  })

  test(`names without an account are neither listed nor told, ${where}`, async () => {
    const { one, lockouts, begun } = await open()
    for (let i = 0; i < 6; i++) await attempt(one, '10.9.9.9', undefined)
    expect([await lockouts.list({ limit: 10 }), begun]).toEqual([[], []])
  })

  test(`locks are listed page by page, each once, the first to end first, ${where}`, async () => {
    const { one, lockouts } = await open()
    const users = Array.from({ length: 7 }, (_, at) => `user:${String(at)}`)
    for (const user of users) await failing(one, user)
    const seen: Lock[] = []
    for (let after: Lock | undefined; ; after = seen.at(-1)) {
      const page = await lockouts.list({ after, limit: 3 })
      seen.push(...page)
      if (page.length < 3) break
    }
    expect(seen.map(({ user }) => user).sort()).toEqual(users)
    expect(seen.map(({ until }) => until)).toEqual(seen.map(({ until }) => until).sort())
  })
})

test('in a Redis the list is bounded, and holds no lock that has ended', async () => {
  const connection = new Redis(redis.url)
  closing.push(() => {
    connection.disconnect()
  })
  await connection.flushall()
  const now = Date.now()
  const members = Array.from({ length: mostListed + 5 }, (_, at) => [
    now + 60_000 + at,
    `u:${String(at)}`,
  ])
  await connection.zadd('jotgate:limit:locks', now - 1, 'ended:x', ...members.flat())
  const { one } = worldOf({ redis: connection })
  await failing(one, 'bob')
  const kept = await connection.zrange('jotgate:limit:locks', '0', '-1')
  expect(kept.length).toBeLessThanOrEqual(mostListed)
  expect(kept).not.toContain('ended:x')
})

test('in a Redis a lock at one network never takes the place of a lock of an account', async () => {
  const connection = new Redis(redis.url)
  closing.push(() => {
    connection.disconnect()
  })
  await connection.flushall()
  const ends = Date.now() + 3_600_000
  const members = Array.from({ length: mostListed - 1 }, (_, at) => [ends, `u:n${String(at)}`])
  await connection.zadd('{jotgate:limit:locks}:addresses', ...members.flat())
  const { one, lockouts } = worldOf({ redis: connection })
  await attempt(one, '10.0.0.1', 'eve', true)
  await failing(one, 'bob')
  await failing(one, 'carol')
  await failing(one, 'eve', '10.0.0.1')
  const listed = async (user: string) => (await lockouts.list({ user, limit: 10 })).length
  expect([await listed('bob'), await listed('carol')]).toEqual([1, 1])
})

test('over PostgreSQL a lock at one network leaves room for locks of accounts', async () => {
  const [database] = await openPostgres(1)
  if (!database) throw new Error('a database expected')
  await database.query(
    `INSERT INTO service_locks SELECT 'n' || i, 'u' || i, $1 FROM generate_series(1, ${String(mostListed / 2)}) AS i`,
    [Date.now() + 3_600_000],
  )
  const { one, lockouts } = worldOf({ redis: undefined, postgres: database })
  await attempt(one, '10.0.0.1', 'eve', true)
  await failing(one, 'eve', '10.0.0.1')
  await failing(one, 'bob')
  expect((await lockouts.list({ limit: 10 })).map(({ user }) => user)).toEqual(['bob'])
})

describe('in one process', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('in one process a lock at one network never takes the place of a lock of an account', async () => {
    const lockouts = memoryLockouts({ allowance: 1, first: 30_000, longest: 60_000, kept: 60_000 })
    const lock = async (name: string, user: string) => {
      for (let i = 0; i < 2; i++) await lockouts.record({ name, user }, 'wrong')
    }
    await lock(hashOf('bob'), 'bob')
    for (let at = 0; at < mostListed + 3; at++) await lock(`n${String(at)}`, `u${String(at)}`)
    expect(await lockouts.list({ user: 'bob', limit: 9 })).toHaveLength(1)
    expect(await lockouts.list({ limit: 2 * mostListed })).toHaveLength(mostListed)
  })

  test('in one process the list is bounded: the locks that began first leave it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const lockouts = memoryLockouts({ allowance: 1, first: 30_000, longest: 60_000, kept: 60_000 })
    for (let at = 0; at < mostListed + 3; at++) {
      const counted = { name: `n${String(at)}`, user: `u${String(at)}` }
      for (let i = 0; i < 2; i++) await lockouts.record(counted, 'wrong')
    }
    expect(await lockouts.list({ limit: 2 * mostListed })).toHaveLength(mostListed)
    expect(await lockouts.find('n2')).toBeUndefined()
    expect(await lockouts.find('n3')).toBeDefined()
    vi.setSystemTime(1_800_000_030_000)
    expect(await lockouts.list({ limit: 10 })).toEqual([])
  })
})

test('over PostgreSQL locks that have ended leave the table of the list', async () => {
  const [database] = await openPostgres(1)
  if (!database) throw new Error('a database expected')
  const one = createAdmission({ configuration, redis: undefined, postgres: database, slots })
  await failing(one, 'bob')
  const rows = () => database.query('SELECT user_id FROM service_locks')
  await sweepLimits(database)
  expect(await rows()).toEqual([{ user_id: 'bob' }])
  await database.query('UPDATE service_locks SET locked_until = 1')
  await database.query('UPDATE service_lockouts SET locked_until = 1')
  expect(
    await openLockouts({ configuration, redis: undefined, postgres: database }).list({ limit: 9 }),
  ).toEqual([])
  await sweepLimits(database)
  expect(await rows()).toEqual([])
})
