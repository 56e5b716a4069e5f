import { describe, expect, test } from 'vitest'
import { databaseClock } from '../../../apps/auth-service/src/outbox/database-clock.js'
import { createLoads } from '../../../apps/auth-service/src/outbox/loads.js'
import { createWaiting } from '../../../apps/auth-service/src/outbox/waiting.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { eventually, kinds, message, openOutbox, useOutboxes } from './setup.js'

const open = useOutboxes()

/** As many messages that wait for a target. */
async function fill(database: SqlDatabase, target: string, count: number) {
  const now = 1_700_000_000_000
  const columns = 'topic, target, id, body, created_at, due_at, give_up_at, attempts'
  for (let at = 0; at < count; at++)
    await database.query(
      `INSERT INTO service_outbox (${columns}) VALUES ('test', $1, $2, '', $3, $3, $4, 1)`,
      [target, `old${String(at)}`, now, now + 86_400_000],
    )
}

test('a target that was counted full is full for five seconds, and one that may be full is counted', () => {
  let now = 0
  const waiting = createWaiting(3, () => now)
  const place = { topic: 'test', target: 'one' }
  expect(waiting.roomAt(place)).toBe('some')
  waiting.beginCount()([{ ...place, waiting: 2 }])
  expect(waiting.roomAt(place)).toBe('some')
  waiting.noteAdded(place)
  expect(waiting.roomAt(place)).toBe('unsure')
  waiting.noteFull(place)
  now = 4999
  expect(waiting.roomAt(place)).toBe('full')
  expect(waiting.roomAt({ ...place, target: 'another' })).toBe('some')
  now = 5000
  expect(waiting.roomAt(place)).toBe('unsure')
  const note = waiting.beginCount()
  for (let at = 0; at < 3; at++) waiting.noteAdded(place)
  note([])
  expect(waiting.roomAt(place)).toBe('unsure')
  waiting.beginCount()([])
  expect(waiting.roomAt(place)).toBe('some')
})

describe.each(kinds)('over %s', (kind) => {
  test('messages are added without a count of those that wait, as long as there is room', async () => {
    const { database, clock } = await open(kind)
    const texts: string[] = []
    const recorded: SqlDatabase = {
      ...database,
      query: (text, params) => {
        texts.push(text)
        return database.query(text, params)
      },
    }
    const outbox = await openOutbox({
      database: recorded,
      kind,
      now: clock.now,
      limits: { most: 30 },
    })
    await fill(database, 'full', 30)
    await fill(database, 'one', 20)
    await eventually(outbox, () => {
      expect(outbox.status().waiting).toBe(50)
    })
    const add = (at: number) => outbox.add(message(`m${String(at)}`))
    // What is added beside a look may count twice until the next one: far from the bound that makes no difference.
    for (let at = 0; at < 5; at++) expect(await add(at)).toBe(true)
    const inserts = texts.filter((text) => text.includes('INSERT'))
    expect(inserts.length).toBeGreaterThanOrEqual(5)
    expect(inserts.filter((text) => text.includes('COUNT'))).toEqual([])
    for (let at = 5; at < 10; at++) expect(await add(at)).toBe(true)
    expect(await add(10)).toBe(false)
    expect(await outbox.add(message('m9', 'full'))).toBe(false)
    expect(await outbox.add(message('old0', 'full'))).toBe(true)
    await outbox.close()
  })

  test('a message that another process has added counts for the bound after the next look', async () => {
    const { start } = await open(kind)
    const [one, two] = [await start({ most: 2 }), await start({ most: 2 })]
    for (const id of ['m1', 'm2']) expect(await one.add(message(id))).toBe(true)
    await eventually(two, () => {
      expect(two.status().waiting).toBe(2)
    })
    expect(await two.add(message('m3'))).toBe(false)
  })

  test('requests come between the counts of two targets', async () => {
    const { database, clock, start } = await open(kind)
    await start()
    const targets = ['a', 'b', 'c', 'd', 'e']
    for (const target of targets) await fill(database, target, 2)
    let [turns, isDone] = [0, false]
    const next = () => {
      turns++
      if (!isDone) setImmediate(next)
    }
    setImmediate(next)
    const loads = await createLoads(database, databaseClock(kind, clock.now)).list()
    isDone = true
    expect(loads.map(({ target, waiting }) => [target, waiting])).toEqual(
      targets.map((target) => [target, 2]),
    )
    expect(turns).toBeGreaterThanOrEqual(targets.length)
  })
})
