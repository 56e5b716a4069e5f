import { expect, test } from 'vitest'
import { makeSessions } from './setup.js'
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
