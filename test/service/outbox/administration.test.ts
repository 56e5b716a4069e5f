import { describe, expect, test } from 'vitest'
import { outboxAdministration } from '../../../apps/auth-service/src/outbox/administration.js'
import { databaseClock } from '../../../apps/auth-service/src/outbox/database-clock.js'
import { delivered, eventually, kinds, message, recorder, useOutboxes } from './setup.js'

const open = useOutboxes()

/** Two messages of one target that were given up, one of another, and one that waits. */
async function withFailures(kind: (typeof kinds)[number]) {
  const { database, clock, start, rows } = await open(kind)
  const outbox = await start()
  let isGone = true
  const { handler, ids } = recorder(() =>
    isGone ? { kind: 'gone', problem: 'it wants no more' } : delivered,
  )
  outbox.deliver('test', { ...handler, serves: (target) => target !== 'elsewhere' })
  await outbox.add(message('m0', 'elsewhere'))
  for (const [id, target] of [
    ['m1', 'one'],
    ['m2', 'two'],
    ['m3', 'two'],
  ] as const) {
    await outbox.add(message(id, target))
    const failed = async () => (await rows('failed_at')).filter(({ failed_at: at }) => at !== null)
    await expect.poll(failed).toHaveLength(Number(id.slice(1)))
    clock.advance(3_600_000)
  }
  const administration = outboxAdministration(database, databaseClock(kind, clock.now))
  const recover = () => (isGone = false)
  return { administration, clock, ids, outbox, recover, rows }
}

describe.each(kinds)('over %s', (kind) => {
  test('operators see how many messages each target has, and each that was given up', async () => {
    const { administration } = await withFailures(kind)
    expect(await administration.count()).toEqual([
      { topic: 'test', target: 'elsewhere', waiting: 1, failed: 0 },
      { topic: 'test', target: 'one', waiting: 0, failed: 1 },
      { topic: 'test', target: 'two', waiting: 0, failed: 2 },
    ])
    const failed = await administration.listFailed({})
    expect(failed.map(({ id }) => id)).toEqual(['m3', 'm2', 'm1'])
    expect(failed[0]).toMatchObject({ attempts: 1, problem: 'it wants no more', target: 'two' })
    expect(await administration.listFailed({ target: 'one' })).toHaveLength(1)
  })

  test('a message that was given up is tried again for a day, and others are not', async () => {
    const { administration, clock, ids, outbox, recover, rows } = await withFailures(kind)
    clock.advance(2 * 86_400_000)
    recover()
    expect(await administration.retry({ target: 'one', ids: ['m2', 'm3'] }, 86_400_000)).toBe(0)
    expect(await administration.retry({ target: 'two', ids: ['m2'] }, 86_400_000)).toBe(1)
    await eventually(outbox, () => {
      expect(ids().at(-1)).toBe('m2')
      expect(outbox.status().delivered).toBe(1)
    })
    expect((await rows('id')).map(({ id }) => id)).toEqual(['m0', 'm1', 'm3'])
  })

  test('dropping deletes what was given up, and nothing that waits', async () => {
    const { administration, rows } = await withFailures(kind)
    expect(await administration.drop({ target: 'two' })).toBe(2)
    expect(await administration.drop({})).toBe(1)
    expect((await rows('id')).map(({ id }) => id)).toEqual(['m0'])
  })
})
