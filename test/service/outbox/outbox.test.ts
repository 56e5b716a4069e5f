import { describe, expect, test } from 'vitest'
import { delivered, eventually, failed, kinds, message, recorder, useOutboxes } from './setup.js'

const open = useOutboxes()

describe.each(kinds)('over %s', (kind) => {
  test('a message is delivered with its id and body, and is gone then', async () => {
    const { start, rows } = await open(kind)
    const outbox = await start()
    const { handler, sent } = recorder(() => delivered)
    outbox.deliver('test', handler)
    expect(await outbox.add(message('m1'))).toBe(true)
    await expect.poll(rows).toEqual([])
    expect(sent).toMatchObject([{ ...message('m1'), attempt: 1 }])
    await expect.poll(() => outbox.status().delivered).toBe(1)
  })

  test('a message of a transaction is delivered, and one of a transaction that fails is not', async () => {
    const { database, start, rows } = await open(kind)
    const outbox = await start()
    const { handler, ids } = recorder(() => delivered)
    outbox.deliver('test', handler)
    await database.batch([outbox.statementOf(message('m1'))])
    const wrong = { text: 'INSERT INTO service_outbox (id) VALUES (NULL)' }
    await expect(database.batch([outbox.statementOf(message('m2')), wrong])).rejects.toThrow()
    outbox.wake()
    await expect.poll(ids).toEqual(['m1'])
    await expect.poll(rows).toEqual([])
  })

  test('a message that is added twice while it waits is delivered once', async () => {
    const { start, rows } = await open(kind)
    const outbox = await start()
    expect(await outbox.add(message('m1'))).toBe(true)
    expect(await outbox.add(message('m1'))).toBe(true)
    expect(await outbox.add(message('m1', 'two'))).toBe(true)
    expect(await rows('id, target')).toHaveLength(2)
    expect(outbox.status().dropped).toBe(0)
  })

  test('a failed message comes again after 5 s, 10 s, 20 s, up to an hour, and is given up after a day', async () => {
    const { clock, start, rows } = await open(kind)
    const outbox = await start()
    const begun = clock.now()
    const at: number[] = []
    const { handler } = recorder(() => {
      at.push((clock.now() - begun) / 1000)
      return failed
    })
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    for (let attempts = 1; ; attempts++) {
      await eventually(outbox, async () => {
        expect(await rows('attempts, lease')).toEqual([{ attempts, lease: null }])
      })
      const [row] = await rows('due_at, failed_at')
      if (row?.['failed_at'] !== null) break
      clock.advance(Number(row['due_at']) - clock.now())
    }
    expect(at.slice(0, 5)).toEqual([0, 5, 15, 35, 75])
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(Math.max(...pauses)).toBe(3600)
    expect(at.at(-1)).toBe(86_400)
    expect(at.length).toBeGreaterThan(30)
    expect(await rows('problem')).toEqual([{ problem: 'it is down' }])
    expect(outbox.status()).toMatchObject({ delivered: 0, attemptsFailed: at.length })
    await expect.poll(() => (outbox.wake(), outbox.status().failed)).toBe(1)
    expect(outbox.status().waiting).toBe(0)
  })

  test('a receiver that wants no more has its message given up at once, and rests for an hour', async () => {
    const { clock, start, rows } = await open(kind)
    const outbox = await start()
    const { handler, ids } = recorder(() => ({ kind: 'gone', problem: '410' }))
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    await expect.poll(() => rows('id, problem, attempts')).toMatchObject([{ problem: '410' }])
    await outbox.add(message('m2'))
    clock.advance(3_500_000)
    outbox.wake()
    await outbox.add(message('m3', 'another'))
    await expect.poll(ids).toEqual(['m1', 'm3'])
    clock.advance(200_000)
    await eventually(outbox, () => {
      expect(ids()).toEqual(['m1', 'm3', 'm2'])
    })
  })

  test('a leased message is seen by no other process until the lease has ended, which then takes it over', async () => {
    const { clock, start, rows } = await open(kind)
    // It has no room to lease its own message again.
    const [one, two] = [await start({ perTarget: 1 }), await start()]
    const hanging = recorder(() => new Promise(() => undefined))
    one.deliver('test', hanging.handler)
    await one.add(message('m1'))
    await expect.poll(hanging.ids).toEqual(['m1'])
    const second = recorder(() => delivered)
    two.deliver('test', second.handler)
    clock.advance(59_000)
    two.wake()
    await two.add(message('m2', 'another'))
    await expect.poll(second.ids).toEqual(['m2'])
    clock.advance(1_000)
    await eventually(two, () => {
      expect(second.ids()).toEqual(['m2', 'm1'])
    })
    expect(second.sent.at(-1)?.attempt).toBe(2)
    await expect.poll(rows).toEqual([])
  })

  test('what a process has lost to another one it cannot put off or give back', async () => {
    const { clock, start, rows } = await open(kind)
    // It has no room to lease its own message again.
    const [one, two] = [await start({ perTarget: 1 }), await start()]
    let fail: () => void = () => undefined
    const slow = recorder(
      () =>
        new Promise((resolve) => {
          fail = () => {
            resolve(failed)
          }
        }),
    )
    one.deliver('test', slow.handler)
    await one.add(message('m1'))
    await expect.poll(slow.ids).toEqual(['m1'])
    clock.advance(60_000)
    const second = recorder(() => new Promise(() => undefined))
    two.deliver('test', second.handler)
    await eventually(two, () => {
      expect(second.ids()).toEqual(['m1'])
    })
    const before = await rows('lease, due_at, attempts')
    fail()
    await expect.poll(() => one.status().attemptsFailed).toBe(1)
    await one.close()
    expect(await rows('lease, due_at, attempts')).toEqual(before)
  })

  test('at the end a running delivery finishes, and one that does not is given back', async () => {
    const { start, rows } = await open(kind)
    const outbox = await start()
    let finish: () => void = () => undefined
    const aborted: string[] = []
    const { handler, ids } = recorder(({ id, signal }) => {
      signal.addEventListener('abort', () => aborted.push(id))
      return new Promise((resolve) => {
        if (id !== 'm1') return
        finish = () => {
          resolve(delivered)
        }
      })
    })
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    await outbox.add(message('m2'))
    await expect.poll(ids).toEqual(['m1', 'm2'])
    const closed = outbox.close()
    finish()
    await closed
    expect(aborted).toContain('m2')
    expect(await rows('id, attempts, lease')).toEqual([{ id: 'm2', attempts: 0, lease: null }])
    const second = recorder(() => delivered)
    const next = await start()
    next.deliver('test', second.handler)
    await expect.poll(second.ids).toEqual(['m2'])
  })

  test('after the end nothing is delivered any more', async () => {
    const { start, rows } = await open(kind)
    const outbox = await start()
    const { handler, ids } = recorder(() => delivered)
    outbox.deliver('test', handler)
    await outbox.close()
    await outbox.add(message('m1'))
    outbox.wake()
    expect(await rows('id')).toEqual([{ id: 'm1' }])
    expect(ids()).toEqual([])
  })

  test('so many messages wait for one target and no more, while others go on', async () => {
    const { start, rows } = await open(kind)
    const outbox = await start({ most: 3 })
    const added = []
    for (let i = 0; i < 5; i++) added.push(await outbox.add(message(`m${String(i)}`)))
    expect(added).toEqual([true, true, true, false, false])
    expect(await outbox.add(message('m0'))).toBe(true)
    expect(await outbox.add(message('m9', 'another'))).toBe(true)
    expect(await rows('id')).toHaveLength(4)
    expect(outbox.status().dropped).toBe(2)
  })

  test('messages given up do not count for the bound, and are deleted after a week', async () => {
    const { database, clock, start, rows } = await open(kind)
    const outbox = await start({ most: 1 })
    const { handler } = recorder(() => ({ kind: 'gone', problem: '410' }))
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    await expect.poll(() => rows('problem')).toEqual([{ problem: '410' }])
    expect(await outbox.add(message('m2'))).toBe(true)
    await database.query("DELETE FROM service_outbox WHERE id = 'm2'")
    clock.advance(7 * 86_400_000 - 1)
    expect(await (await start(), rows('id'))).toEqual([{ id: 'm1' }])
    clock.advance(1)
    await start()
    await expect.poll(() => rows('id')).toEqual([])
  })

  test('a message that no process could send in time is given up', async () => {
    const { clock, start, rows } = await open(kind)
    await (await start()).add(message('m1', 'nowhere'))
    clock.advance(86_400_000)
    const outbox = await start()
    await expect.poll(() => rows('problem')).toEqual([{ problem: 'was not sent in time' }])
    await expect.poll(() => (outbox.wake(), outbox.status().failed)).toBe(1)
  })

  test('the status tells how many wait and how old the oldest is', async () => {
    const { clock, start } = await open(kind)
    const outbox = await start()
    await outbox.add(message('m1'))
    clock.advance(90_000)
    await outbox.add(message('m2'))
    await eventually(outbox, () => {
      expect(outbox.status()).toMatchObject({ waiting: 2, oldest: 90, failed: 0 })
    })
  })
})
