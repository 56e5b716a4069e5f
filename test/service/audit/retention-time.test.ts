import { expect, test } from 'vitest'
import { createRetentionTime } from '../../../apps/auth-service/src/audit/retention-time.js'
import { createWorld, login } from './audit-world.js'
import { auditDatabases } from './databases.js'

const databases = auditDatabases()
const [hour, day] = [3600, 86_400]
const keep = 400 * day

/** A retention by a clock that is ahead, after some hours of its process, over rows of another process. */
async function timeAfter(
  hours: number,
  { ahead = 0, server }: { ahead?: number; server?: () => Promise<number> },
) {
  const database = await databases.SQLite()
  const world = createWorld(database)
  const other = await world.process()
  await other.sink.take(login('ann'))
  const real = Date.now() / 1000
  let passed = 0
  const timeOf = createRetentionTime({
    ...{ database, keep, ownChain: () => 'own' },
    clock: server === undefined ? {} : { clock: server },
    now: () => real + ahead + passed,
    monotonic: () => passed,
  })
  passed = hours * hour
  return { time: await timeOf(), right: (real + ahead + passed - 60 - keep) * 1000 }
}

test('rows may go once the clock has run evenly for an hour', async () => {
  expect((await timeAfter(0.9, {})).time).toBeUndefined()
  const { time, right } = await timeAfter(1.1, {})
  expect(time).toBeCloseTo(right, -2)
})

test('a clock by which all that others have written is old removes nothing', async () => {
  expect((await timeAfter(2, { ahead: 401 * day })).time).toBeUndefined()
})

test('a clock that is ahead of that of the database removes by the earlier of both', async () => {
  const server = () => Promise.resolve(Date.now() / 1000)
  const { time } = await timeAfter(2, { ahead: 100 * day, server })
  expect(Math.abs((time ?? 0) - (Date.now() / 1000 - 60 - keep) * 1000)).toBeLessThan(60_000)
  const away = () => Promise.reject(new Error('away'))
  expect((await timeAfter(2, { server: away })).time).toBeUndefined()
})
