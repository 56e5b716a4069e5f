import { pino } from 'pino'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import { afterEach, expect, test } from 'vitest'
import { createProcesses, type Processes } from '../../apps/auth-service/src/observing/processes.js'
import { createTraffic } from '../../apps/auth-service/src/observing/traffic.js'

const log = pino({ level: 'silent' })
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function open() {
  const db = await openSqlite(':memory:')
  const database = sqliteDatabase(db)
  const join = async (entries: number, accounts?: number): Promise<Processes> => {
    const revocations = () => ({
      ready: true,
      entries,
      staleness: 0.5,
      epoch: undefined,
      cutOffAhead: 0,
    })
    const traffic = createTraffic()
    traffic.answered(3, 'accepted')
    const processes = await createProcesses({
      ...{ database, traffic, shared: { accounts: () => accounts }, revocations, log },
    })
    closing.unshift(() => processes.close())
    return processes
  }
  closing.push(() => {
    db.close()
  })
  return { database, join }
}

test('processes over one database know of each other, until one ends', async () => {
  const { join } = await open()
  const [a, b] = [await join(1), await join(2, 25)]
  const seen = await a.list()
  expect(seen.map(({ current, entries }) => [current, entries])).toEqual([
    [true, 1],
    [false, 2],
  ])
  expect(seen.map(({ bins }) => bins[0]?.accepted)).toEqual([1, 1])
  expect(seen.map(({ sharedAddress }) => sharedAddress)).toEqual([undefined, 25])
  await b.close()
  expect(await a.list()).toHaveLength(1)
})

test('one that has not written for long, or in a way of another version, is left out', async () => {
  const { database, join } = await open()
  const a = await join(1)
  const now = Math.floor(Date.now() / 1000)
  const [mine] = await a.list()
  const rows = [
    ['late', now - 31, JSON.stringify({ ...mine, entries: 7 })],
    ['other', now, JSON.stringify({ version: 2 })],
    ['there', now, JSON.stringify({ ...mine, entries: 9 })],
  ] as const
  for (const row of rows)
    await database.query(
      'INSERT INTO service_processes (id, seen_at, report) VALUES ($1, $2, $3)',
      [...row],
    )
  expect((await a.list()).map(({ entries }) => entries)).toEqual([1, 9])
})
