import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSealing } from '../../../../apps/auth-service/src/storage/sealing.js'
import type { SecondFactor } from '../../../../apps/auth-service/src/users/second-factor/second-factor.js'
import { createTotp } from '../../../../apps/auth-service/src/users/second-factor/totp.js'
import type { SqlDatabase } from '../../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../../../setup/postgres.js'

const schema = `totp_${String(process.pid)}`
let postgres: PostgresServer
let pool: pg.Pool
let file: Awaited<ReturnType<typeof openSqlite>>
const databases = new Map<string, SqlDatabase>()

beforeAll(async () => {
  postgres = await startPostgres()
  pool = new pg.Pool({ connectionString: postgres.url })
  await pool.query(`CREATE SCHEMA ${schema}`)
  databases.set('PostgreSQL', postgresDatabase(pool, { schema, deadlineMs: 10_000 }))
  file = await openSqlite(':memory:')
  databases.set('SQLite', sqliteDatabase(file))
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  await postgres.stop()
  file.close()
})

const key = randomBytes(32)
const time = { now: 1_800_000_000 }

function databaseOf(kind: string): SqlDatabase {
  const database = databases.get(kind)
  if (database === undefined) throw new Error('was not opened')
  return database
}

const open = (kind: string, keys: readonly Buffer[] | null = [key]) =>
  createTotp({
    database: databaseOf(kind),
    starting: databaseOf(kind),
    sealing: keys === null ? undefined : createSealing(keys),
    name: 'A Shop & more',
    now: () => Promise.resolve(time.now),
  })

/** Another user for each test. */
let users = 0
const newUser = () => ({ id: `user-${String(++users)}`, username: 'bob' })

/** Confirms what was begun by a code. */
async function confirm(factor: SecondFactor, user: ReturnType<typeof newUser>, code: string) {
  const right = await factor.checkBegun(user, code)
  return right && factor.confirm(user, right)
}

/** The code of a secret at a time, as the user's app shows it. */
const codeAt = (secret: string, seconds: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: seconds * 1000 })

/** A user with a confirmed second factor; the first code was used five minutes ago. */
async function enrolled(factor: SecondFactor) {
  const user = newUser()
  time.now -= 300
  const { secret } = await factor.begin(user)
  const codes = await confirm(factor, user, codeAt(secret, time.now))
  time.now += 300
  if (codes === undefined) throw new Error('it was not confirmed')
  return { user, secret, codes }
}

/** The first second of a step. */
const stepStart = Math.floor(time.now / 30) * 30

describe.each(['SQLite', 'PostgreSQL'])('second factors in %s', (kind) => {
  test(`a code is valid in its step, in the one before and in the one after, in ${kind}`, async () => {
    const factor = await open(kind)
    // Of each moment: the first and the last second of the step before, its own and the one after, and a second beyond.
    const moments = { [-31]: 0, [-30]: 1, [-1]: 1, [0]: 1, [29]: 1, [30]: 1, [59]: 1, [60]: 0 }
    for (const [offset, isValid] of Object.entries(moments)) {
      time.now = stepStart
      const { user, secret } = await enrolled(factor)
      time.now = stepStart + Number(offset)
      const used = await factor.check(user, codeAt(secret, stepStart))
      expect([offset, used]).toEqual([offset, isValid === 1 ? 'otp' : undefined])
    }
    time.now = stepStart
  })

  test(`a code is valid once, and none of an earlier step is after it, in ${kind}`, async () => {
    const factor = await open(kind)
    const { user, secret } = await enrolled(factor)
    const [before, now, after] = [-30, 0, 30].map((each) => codeAt(secret, time.now + each))
    expect(await factor.check(user, now ?? '')).toBe('otp')
    for (const code of [now, before]) expect(await factor.check(user, code ?? '')).toBeUndefined()
    expect(await factor.check(user, after ?? '')).toBe('otp')
    expect(await factor.check(user, after ?? '')).toBeUndefined()
  })

  test(`of twenty requests at once with one code one is right, in ${kind}`, async () => {
    const [one, two] = [await open(kind), await open(kind)]
    const { user, secret } = await enrolled(one)
    const code = codeAt(secret, time.now)
    const all = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : two).check(user, code))
    expect((await Promise.all(all)).filter((each) => each === 'otp')).toHaveLength(1)
  })

  test(`a recovery code is valid once, however it is written, and only for its user, in ${kind}`, async () => {
    const [one, two] = [await open(kind), await open(kind)]
    const { user, codes } = await enrolled(one)
    const { user: carol } = await enrolled(one)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/)
    const [first = '', second = ''] = codes
    expect(await one.check(carol, first)).toBeUndefined()
    expect(await one.check(user, ` ${first.toLowerCase().replaceAll('-', ' ')}`)).toBe('recovery')
    expect(await one.check(user, first)).toBeUndefined()
    const atOnce = Array.from({ length: 20 }, (_, at) => (at % 2 ? one : two).check(user, second))
    expect((await Promise.all(atOnce)).filter((each) => each === 'recovery')).toHaveLength(1)
    expect(await one.state(user)).toEqual({ isActive: true, recoveryCodes: 8 })
  })

  test(`neither a secret nor a recovery code is in the database, in ${kind}`, async () => {
    const factor = await open(kind)
    const { user, secret, codes } = await enrolled(factor)
    await factor.begin(newUser())
    const database = databaseOf(kind)
    const rows = JSON.stringify([
      await database.query('SELECT * FROM service_second_factors'),
      await database.query('SELECT * FROM service_recovery_codes'),
    ])
    expect(rows).toContain(user.id)
    const bytes = Buffer.from(Secret.fromBase32(secret).bytes)
    const forms = [
      secret,
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
    ]
    for (const form of [...forms, ...codes, ...codes.map((each) => each.replaceAll('-', ''))])
      expect(rows.toLowerCase()).not.toContain(form.toLowerCase())
  })

  test(`a secret of the previous key is sealed with the present one by its next code, in ${kind}`, async () => {
    const { user, secret } = await enrolled(await open(kind))
    const next = randomBytes(32)
    const alone = await open(kind, [next])
    await expect(alone.check(user, codeAt(secret, time.now))).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
    })
    const both = await open(kind, [next, key])
    expect(await both.check(user, codeAt(secret, time.now))).toBe('otp')
    time.now += 30
    expect(await alone.check(user, codeAt(secret, time.now))).toBe('otp')
  })

  test(`a second factor counts once it is confirmed, and begun again has another secret, in ${kind}`, async () => {
    const factor = await open(kind)
    const user = newUser()
    expect(await confirm(factor, user, '123456')).toBeUndefined()
    const first = await factor.begin(user)
    const { secret, uri } = await factor.begin(user)
    expect(secret).not.toBe(first.secret)
    expect(uri).toBe(
      `otpauth://totp/A%20Shop%20%26%20more:bob?issuer=A%20Shop%20%26%20more&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    )
    expect(await confirm(factor, user, codeAt(first.secret, time.now))).toBeUndefined()
    expect(await factor.required(user)).toBe(false)
    const code = codeAt(secret, time.now)
    expect(await factor.check(user, code)).toBeUndefined()
    expect(await confirm(factor, user, code)).toHaveLength(10)
    expect(await factor.required(user)).toBe(true)
    expect(await factor.check(user, code)).toBeUndefined()
    await expect(factor.begin(user)).rejects.toMatchObject({ code: 'SECOND_FACTOR_EXISTS' })
    expect(await confirm(factor, user, codeAt(secret, time.now + 30))).toBeUndefined()
  })

  test(`what was begun ends after ten minutes, in ${kind}`, async () => {
    const factor = await open(kind)
    const [carol, dave] = [newUser(), newUser()]
    const [ofCarol, ofDave] = [await factor.begin(carol), await factor.begin(dave)]
    time.now += 599
    const right = await confirm(factor, carol, codeAt(ofCarol.secret, time.now))
    time.now += 1
    expect(right).toHaveLength(10)
    expect(await confirm(factor, dave, codeAt(ofDave.secret, time.now))).toBeUndefined()
    const { secret } = await factor.begin(dave)
    expect(await confirm(factor, dave, codeAt(secret, time.now))).toHaveLength(10)
    time.now = stepStart
  })

  test(`what was begun ends with the fifth wrong code, in ${kind}`, async () => {
    const [one, two] = [await open(kind), await open(kind)]
    const [carol, dave] = [newUser(), newUser()]
    const begin = async (user: typeof carol, wrong: number) => {
      const { secret } = await one.begin(user)
      const guesses = Array.from({ length: wrong }, (_, at) => (at % 2 ? one : two))
      const codes = guesses.map((each) => each.checkBegun(user, codeAt(secret, time.now + 120)))
      expect(await Promise.all(codes)).toEqual(Array(wrong).fill(undefined))
      return codeAt(secret, time.now)
    }
    expect(await confirm(one, dave, await begin(dave, 5))).toBeUndefined()
    expect(await confirm(one, carol, await begin(carol, 4))).toHaveLength(10)
    expect(await confirm(two, dave, await begin(dave, 0))).toHaveLength(10)
  })

  test(`of confirmations at once one succeeds, and its recovery codes are those that work, in ${kind}`, async () => {
    const [one, two] = [await open(kind), await open(kind)]
    for (let round = 0; round < 5; round++) {
      const user = newUser()
      const { secret } = await one.begin(user)
      const code = codeAt(secret, time.now)
      const answers = await Promise.all([one, two, one].map((each) => confirm(each, user, code)))
      const [codes, ...others] = answers.filter((each) => each !== undefined)
      expect(others).toEqual([])
      expect(await one.state(user)).toEqual({ isActive: true, recoveryCodes: 10 })
      for (const each of codes ?? []) expect(await two.check(user, each)).toBe('recovery')
      expect(await one.state(user)).toEqual({ isActive: true, recoveryCodes: 0 })
    }
  })

  test(`a second factor that is removed leaves nothing behind, in ${kind}`, async () => {
    const factor = await open(kind)
    const { user, secret, codes } = await enrolled(factor)
    expect(await factor.remove(user)).toBe(true)
    expect(await factor.remove(user)).toBe(false)
    expect(await factor.state(user)).toEqual({ isActive: false, recoveryCodes: 0 })
    for (const code of [codeAt(secret, time.now), codes[0] ?? ''])
      expect(await factor.check(user, code)).toBeUndefined()
    for (const table of ['service_second_factors', 'service_recovery_codes']) {
      const text = `SELECT user_id FROM ${table} WHERE user_id = $1`
      expect(await databaseOf(kind).query(text, [user.id])).toEqual([])
    }
  })
})

// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %d the code of RFC 6238 is right', async (seconds, code) => {
  const { id, username } = newUser()
  const factor = await open('SQLite')
  const sealed = createSealing([key]).seal(
    Buffer.from('12345678901234567890'),
    `second factor of ${id}`,
  )
  await databaseOf('SQLite').query(
    `INSERT INTO service_second_factors (user_id, sealed, active, last_step, begun_at, tries)
     VALUES ($1, $2, 1, -1, 0, 0)`,
    [id, sealed],
  )
  const before = time.now
  time.now = seconds
  for (const wrong of ['', '12345', '1234567', 'abcdef', `${code}0`, '００５９２４'])
    expect(await factor.check({ id, username }, wrong)).toBeUndefined()
  expect(await factor.check({ id, username }, `${code.slice(0, 3)} ${code.slice(3)}`)).toBe('otp')
  time.now = before
})

test('a service whose processes share no key has no second factor', async () => {
  const factor = await open('SQLite', null)
  const user = newUser()
  await expect(factor.begin(user)).rejects.toMatchObject({ code: 'SECOND_FACTOR_OFF' })
  expect(await factor.required(user)).toBe(false)
})
