import { randomBytes } from 'node:crypto'
import { Pool } from 'pg'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { createAdmission } from '../../../apps/auth-service/src/limits/admission.js'
import {
  migrateLimits,
  sweepLimits,
} from '../../../apps/auth-service/src/limits/postgres-limits.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { startPostgres } from '../../setup/postgres.js'
import { attempt, loginLimits, slots } from './attempts.js'

describe('over PostgreSQL', () => {
  const opened: Pool[] = []
  afterAll(async () => {
    for (const pool of opened) await pool.end()
  })
  const open = async (more: Partial<typeof loginLimits> = {}) => {
    const { url } = await startPostgres()
    const schema = `limits_${randomBytes(4).toString('hex')}`
    const pools = [0, 1].map(() => new Pool({ connectionString: url, max: 4 }))
    opened.push(...pools)
    const databases = pools.map((pool) => postgresDatabase(pool, { schema, deadlineMs: 60_000 }))
    await pools[0]?.query(`CREATE SCHEMA ${schema}`)
    for (const database of databases) await migrateLimits(database)
    const configuration = { loginLimits: { ...loginLimits, ...more } }
    const [one, two] = databases.map((postgres) =>
      createAdmission({ configuration, redis: undefined, postgres, slots }),
    )
    const [database] = databases
    if (!one || !two || !database) throw new Error('two admissions expected')
    return { one, two, database }
  }

  test('over PostgreSQL all processes count together, without names of accounts and addresses', async () => {
    const { one, two, database } = await open()
    const outcomes = []
    for (let i = 0; i < 3; i++)
      outcomes.push(await attempt(one, '10.0.0.1', 'bob'), await attempt(two, '10.0.0.2', 'bob'))
    expect(outcomes).toEqual(['tried', 'tried', 'tried', 'tried', 'locked', 'locked'])
    await attempt(one, '10.0.0.3', 'carol', true)
    for (let i = 0; i < 8; i++) await attempt(two, '10.0.0.4', 'carol')
    expect(await attempt(two, '10.0.0.3', 'carol', true)).toBe('tried')
    for (let i = 0; i < 20; i++) await attempt(one, '10.0.0.5', `name-${String(i)}`)
    expect(await attempt(two, '10.0.0.5', 'dave', true)).toBe('TOO_MANY')
    const accounts = await database.query('SELECT account FROM service_lockouts')
    expect(accounts.length).toBeGreaterThan(2)
    expect(JSON.stringify(accounts)).not.toMatch(/bob|carol|name/)
  })

  test('over PostgreSQL of a hundred attempts at once as many are tried as one after another', async () => {
    const { one, two } = await open({ address: 1000, service: 1000 })
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, i) => attempt(i % 2 === 0 ? one : two, '10.0.0.1', 'bob')),
    )
    expect(all.filter((outcome) => outcome === 'tried')).toHaveLength(4)
  })

  test('over PostgreSQL accounts are locked for 30 s, then a minute, and so on up to an hour', async () => {
    const { one, database } = await open({ address: 100_000, service: 100_000 })
    for (let i = 0; i < 3; i++) expect(await attempt(one, '10.0.0.1', 'bob')).toBe('tried')
    const waits: number[] = []
    for (let round = 0; round < 9; round++) {
      expect(await attempt(one, '10.0.0.1', 'bob')).toBe('tried')
      expect(await attempt(one, '10.0.0.1', 'bob', true)).toBe('locked')
      const [row] = await database.query('SELECT locked_until FROM service_lockouts')
      waits.push(Math.round((Number(row?.['locked_until']) - Date.now()) / 30_000) * 30)
      await database.query('UPDATE service_lockouts SET locked_until = 1')
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
    expect(await attempt(one, '10.0.0.1', 'bob', true)).toBe('tried')
    const [row] = await database.query('SELECT count FROM service_lockouts')
    expect(Number(row?.['count'])).toBe(0)
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  test('over PostgreSQL a process a day ahead opens no locked account, and deletes no count', async () => {
    const { one, two, database } = await open()
    for (let i = 0; i < 4; i++) await attempt(one, '10.0.0.1', 'bob')
    expect(await attempt(one, '10.0.0.1', 'bob', true)).toBe('locked')
    const counts = async () => (await database.query('SELECT name FROM service_counts')).length
    const before = await counts()
    expect(before).toBeGreaterThan(0)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
    expect(await attempt(two, '10.0.0.1', 'bob', true)).toBe('locked')
    await sweepLimits(database)
    expect(await counts()).toBe(before)
    expect(await attempt(two, '10.0.0.1', 'bob', true)).toBe('locked')
  })

  test('over PostgreSQL what has ended is deleted, and nothing else', async () => {
    const { one, database } = await open()
    await attempt(one, '10.0.0.1', 'bob')
    await attempt(one, '10.0.0.2', 'carol', true)
    const rows = async () => [
      ...(await database.query('SELECT name FROM service_counts')),
      ...(await database.query('SELECT account FROM service_lockouts')),
    ]
    await sweepLimits(database)
    // The failures of one address and of the service, the known address of another, and the wrong password of an account.
    expect((await rows()).length).toBeGreaterThanOrEqual(4)
    await database.query('UPDATE service_counts SET ends_at = 1')
    await database.query('UPDATE service_lockouts SET kept_until = 1')
    await sweepLimits(database)
    expect(await rows()).toEqual([])
  })
})
