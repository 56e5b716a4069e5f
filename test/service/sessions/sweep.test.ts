import { expect, test } from 'vitest'
import { createSessionSweep } from '../../../apps/auth-service/src/sessions/sweep.js'
import { memoryStores } from '../../../src/stores/memory/index.js'
import { fakeClock } from '../../../src/testkit/index.js'
import { sampleSession, start } from '../../../src/testkit/sample-session.js'

const [hour, day] = [3600, 86_400]

/** A session that lives for 30 days, and a process that sweeps. */
async function prepare(clock?: () => Promise<number>) {
  const { sessions } = memoryStores()
  const session = sampleSession({ createdAt: start, absoluteExpiry: start + 30 * day })
  await sessions.create(session)
  const [wall, steady] = [fakeClock(start), fakeClock(0)]
  const store = clock === undefined ? sessions : { ...sessions, clock }
  const clocks = { now: wall.now, monotonic: steady.now }
  const sweep = createSessionSweep({ sessions: store, settleAfter: hour, ...clocks })
  const pass = (seconds: number) => {
    wall.advance(seconds)
    steady.advance(seconds)
  }
  return { sweep, wall, pass, isThere: async () => (await sessions.find(session.id)) !== undefined }
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
