import { describe, expect, test } from 'vitest'
import { codeOf, login, makeSessions } from './setup.js'
import type { SessionStore } from '../../src/session/index.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { sampleSession, start } from '../../src/testkit/sample-session.js'

const [hour, day] = [3600, 86_400]

/** A session that lives for 30 days, and a process that sweeps. */
async function prepare(clock?: () => Promise<number>) {
  const { sessions: kept } = memoryStores()
  const expiry = start + 30 * day
  const session = sampleSession({ createdAt: start, absoluteExpiry: expiry, idleExpiry: expiry })
  await kept.create(session)
  const [wall, steady] = [fakeClock(start), fakeClock(0)]
  const store = clock === undefined ? kept : { ...kept, clock }
  const { sessions } = makeSessions({ store, now: wall.now, monotonic: steady.now })
  const sweep = () => sessions.sweep()
  const pass = (seconds: number) => {
    wall.advance(seconds)
    steady.advance(seconds)
  }
  return { sweep, wall, pass, isThere: async () => (await kept.find(session.id)) !== undefined }
}

test('a sweep by a clock that has just jumped forty days ahead removes no session', async () => {
  const { sweep, wall, pass, isThere } = await prepare()
  pass(2 * hour)
  wall.advance(40 * day)
  await sweep()
  expect(await isThere()).toBe(true)
  wall.advance(-40 * day)
  pass(2 * hour)
  await sweep()
  expect(await isThere()).toBe(true)
})

test('a sweep by a clock forty days ahead from the start removes no session that the store still counts as live', async () => {
  const { sweep, wall, pass, isThere } = await prepare(() => Promise.resolve(start + 2 * hour))
  wall.advance(40 * day)
  await sweep()
  pass(2 * hour)
  await sweep()
  expect(await isThere()).toBe(true)
})

test('a sweep by a clock that runs evenly removes expired sessions', async () => {
  const { sweep, pass, isThere } = await prepare()
  pass(30 * day)
  await sweep()
  expect(await isThere()).toBe(true)
  pass(61)
  await sweep()
  expect(await isThere()).toBe(false)
})

/** A process whose clock has run for a time, over a store that is asked for its turn and to sweep. */
function makeSweeper(changes: Partial<SessionStore>, age = 2 * hour) {
  const { sessions: kept } = memoryStores()
  const [wall, steady] = [fakeClock(start), fakeClock(0)]
  const options = { now: wall.now, monotonic: steady.now, storeDeadlineMs: 20_000 }
  const { sessions, store } = makeSessions({ ...options, store: { ...kept, ...changes } })
  const pass = (seconds: number) => {
    wall.advance(seconds)
    steady.advance(seconds)
  }
  pass(age)
  return { sessions, store, pass }
}

const fault = () => Promise.reject(new Error('the disk is full'))
const throws = () => {
  throw new Error('not a promise')
}
const never = () => new Promise<never>(() => undefined)

/** A turn that has nothing to do is over after a few steps. */
async function turnOver(): Promise<void> {
  for (let step = 0; step < 10; step++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a sweep beside a login or a refresh', () => {
  test.each<[string, Partial<SessionStore>]>([
    ['refuses the turn with a fault', { takeTurn: fault }],
    ['throws at the turn', { takeTurn: throws }],
    ['never answers about the turn', { takeTurn: never }],
    ['fails at sweeping', { sweep: fault }],
    ['throws at sweeping', { sweep: throws }],
    ['never comes back from sweeping', { sweep: never }],
    ['cannot tell its time', { clock: fault }],
    ['never tells its time', { clock: never }],
  ])(
    'a store that %s disturbs neither login nor refresh, and leaves no rejection unhandled',
    async (_, changes) => {
      const unhandled: unknown[] = []
      const note = (reason: unknown) => unhandled.push(reason)
      process.on('unhandledRejection', note)
      const { sessions, pass } = makeSweeper(changes)
      for (let minute = 0; minute < 3; minute++) {
        const { refreshToken } = await login(sessions)
        pass(61)
        expect(await codeOf(sessions.refresh(refreshToken, { client: 'web' }))).toBeUndefined()
        pass(61)
      }
      // Rejections are reported after a turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 20))
      process.off('unhandledRejection', note)
      expect(unhandled).toEqual([])
    },
  )

  test('a refused login or refresh sweeps as well', async () => {
    let turns = 0
    const takeTurn = () => {
      turns++
      return Promise.resolve(false)
    }
    const { sessions, pass } = makeSweeper({ takeTurn })
    expect(await codeOf(sessions.issue({ subject: 'unknown', client: 'web' }))).toBe(
      'SUBJECT_REFUSED',
    )
    await turnOver()
    pass(60)
    expect(await codeOf(sessions.refresh('no token', { client: 'web' }))).toBe('REFRESH_MALFORMED')
    expect(turns).toBe(2)
  })

  test('a process asks for the turn at most once a minute, and not before its clock has settled', async () => {
    const asked: number[] = []
    const takeTurn: SessionStore['takeTurn'] = ({ now }) => {
      asked.push(now - start)
      return Promise.resolve(true)
    }
    const { sessions, pass } = makeSweeper({ takeTurn }, 0)
    for (let second = 0; second < 1500; second += 20) {
      await login(sessions)
      await turnOver()
      pass(20)
    }
    expect(asked).toEqual([1260, 1320, 1380, 1440])
  })

  test('a heap of sessions goes in steps of 200, at most 25 a turn, and requests come in between', async () => {
    const { sessions: kept } = memoryStores()
    const over = { absoluteExpiry: start, idleExpiry: start }
    for (let number = 0; number < 5300; number++) await kept.create(sampleSession(over))
    const order: string[] = []
    const sweep: SessionStore['sweep'] = async (request) => {
      const removed = await kept.sweep(request)
      order.push(`${String(removed)} of ${String(request.limit)}`)
      return removed
    }
    const { sessions, pass } = makeSweeper({ ...kept, sweep })
    await login(sessions)
    const between = () => {
      order.push('a request')
      if (order.length < 60) setImmediate(between)
    }
    setImmediate(between)
    await expect.poll(() => order.length).toBe(60)
    const swept = order.filter((each) => each !== 'a request')
    expect(swept).toEqual(Array.from({ length: 25 }, () => '200 of 200'))
    expect(order.slice(0, 50).join()).not.toContain('200 of 200,200 of 200,200 of 200')
    pass(60)
    await login(sessions)
    // Five that remove nothing end a turn: what lives on may stand before what is over.
    const none = Array.from({ length: 5 }, () => '0 of 200')
    await expect.poll(() => order.slice(60)).toEqual(['200 of 200', '100 of 200', ...none])
  })

  test('a turn that is still running is not begun again', async () => {
    let [running, most] = [0, 0]
    const sweep: SessionStore['sweep'] = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      return 1
    }
    const { sessions, pass } = makeSweeper({ sweep })
    for (let minute = 0; minute < 5; minute++) {
      await login(sessions)
      pass(60)
    }
    await expect.poll(() => running).toBe(0)
    expect(most).toBe(1)
  })

  test('one turn comes to what is over behind sessions that live on', async () => {
    const client = await openSqlite(':memory:')
    const { sessions: kept } = sqliteStores(client)
    for (let number = 0; number < 700; number++)
      await kept.create(sampleSession({ idleExpiry: start + number }))
    const database = sqliteDatabase(client)
    const live =
      'UPDATE jotgate_families SET idle_expiry = absolute_expiry WHERE idle_expiry % 10 > 0'
    await database.query(live)
    const { sessions } = makeSweeper(kept)
    await login(sessions)
    const count = async () => (await database.query('SELECT id FROM jotgate_families')).length
    await expect.poll(count).toBe(631)
    client.close()
  })
})
