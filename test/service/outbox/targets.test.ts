import { describe, expect, test } from 'vitest'
import { delivered, eventually, failed, message, recorder, useOutboxes } from './setup.js'

const open = useOutboxes()

describe('targets beside each other', () => {
  test('a target that never answers does not hold up another one', async () => {
    const { start } = await open('sqlite')
    const outbox = await start({ atOnce: 6 })
    const { handler, sent } = recorder(({ target }) =>
      target === 'dead' ? new Promise(() => undefined) : delivered,
    )
    outbox.deliver('test', handler)
    for (let i = 0; i < 20; i++) await outbox.add(message(`d${String(i)}`, 'dead'))
    for (let i = 0; i < 20; i++) await outbox.add(message(`m${String(i)}`, 'well'))
    await expect.poll(() => outbox.status().delivered).toBe(20)
    expect(sent.filter(({ target }) => target === 'dead')).toHaveLength(4)
  })

  test('no more deliveries run at once than the limit, and each target gets its turn', async () => {
    const { start } = await open('sqlite')
    const outbox = await start({ atOnce: 5 })
    let [running, most] = [0, 0]
    const { handler, sent } = recorder(async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return delivered
    })
    const targets = ['a', 'b', 'c', 'd', 'e', 'f']
    for (let i = 0; i < 30; i++)
      for (const target of targets) await outbox.add(message(`${target}${String(i)}`, target))
    outbox.deliver('test', handler)
    await expect.poll(() => outbox.status().delivered).toBe(180)
    expect(most).toBe(5)
    const firstOf = targets.map((target) => sent.findIndex((each) => each.target === target))
    expect(Math.max(...firstOf)).toBeLessThan(100)
  })

  test('a target that fails three times in a row rests, and gets one message at a time until one gets through', async () => {
    const { clock, start, rows } = await open('sqlite')
    const outbox = await start()
    const leases = async () => (await rows('lease')).filter(({ lease }) => lease !== null).length
    let isDown = true
    let [running, most] = [0, 0]
    const { handler, sent } = recorder(async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return isDown ? failed : delivered
    })
    for (let i = 0; i < 40; i++) await outbox.add(message(`m${String(i)}`))
    outbox.deliver('test', handler)
    await expect.poll(() => outbox.status().attemptsFailed).toBeGreaterThan(3)
    await expect.poll(async () => running + (await leases())).toBe(0)
    expect(most).toBe(4)
    const before = outbox.status().attemptsFailed
    most = 0
    for (let probes = 1; probes <= 8; probes++) {
      clock.advance(60_000)
      await eventually(outbox, () => {
        expect(outbox.status().attemptsFailed).toBe(before + probes)
      })
    }
    expect(most).toBe(1)
    isDown = false
    clock.advance(3_600_000)
    await eventually(outbox, () => {
      expect(outbox.status().delivered).toBe(40)
    })
    expect(most).toBe(4)
    expect(sent).toHaveLength(before + 8 + 40)
  })

  test('a message for a target that this process does not serve waits for one that does', async () => {
    const { start, rows } = await open('sqlite')
    const outbox = await start()
    const { handler, ids } = recorder(() => delivered)
    outbox.deliver('test', { ...handler, serves: (target) => target !== 'elsewhere' })
    await outbox.add(message('m1', 'elsewhere'))
    await outbox.add(message('m2'))
    await expect.poll(ids).toEqual(['m2'])
    const other = await start()
    const second = recorder(() => delivered)
    other.deliver('test', second.handler)
    await expect.poll(second.ids).toEqual(['m1'])
    await expect.poll(rows).toEqual([])
  })

  test('a process that has leased its own message again is not disturbed by its earlier attempt', async () => {
    const { clock, start, rows } = await open('sqlite')
    const outbox = await start()
    const ends: (() => void)[] = []
    const { handler, ids } = recorder(
      () =>
        new Promise((resolve) => {
          ends.push(() => {
            resolve(failed)
          })
        }),
    )
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    await expect.poll(ids).toEqual(['m1'])
    clock.advance(60_000)
    await eventually(outbox, () => {
      expect(ids()).toEqual(['m1', 'm1'])
    })
    const before = await rows('lease, due_at')
    ends[0]?.()
    await expect.poll(() => outbox.status().attemptsFailed).toBe(1)
    expect(await rows('lease, due_at')).toEqual(before)
  })

  test('an attempt has a deadline, and a handler that throws is an attempt that failed', async () => {
    const { start, rows } = await open('sqlite')
    const outbox = await start({ deadlineMs: 20 })
    const { handler } = recorder(({ id }) => {
      if (id === 'm2') throw new Error('a fault')
      return new Promise(() => undefined)
    })
    outbox.deliver('test', handler)
    await outbox.add(message('m1'))
    await outbox.add(message('m2'))
    await expect
      .poll(() => rows('problem'))
      .toEqual([
        { problem: 'there was no answer in time' },
        { problem: 'the delivery failed within this program: see its log' },
      ])
  })
})
