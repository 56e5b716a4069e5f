import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, test } from 'vitest'
import { webhookTopic } from '../../../apps/auth-service/src/webhooks/webhooks.js'
import { amount } from '../../setup/amount.js'
import { sizeOf } from '../../setup/process-size.js'
import { seeded } from '../../setup/random.js'
import { seed } from '../../setup/seed.js'
import { compileForChildren, startChild } from '../../stores/compile.js'
import { secret, startReceiver, verifies, webhookOf, type Receiver } from '../webhooks/receiver.js'
import { fastClock, limits } from './fast-clock.js'
import { kinds, openDatabase, openOutbox, type Kind } from './setup.js'

/*
 * System: an outbox in SQLite or PostgreSQL, three processes that deliver its webhooks, and five receivers: one that answers,
 * one that takes its time, one that is down at first, one that redirects at first, and one whose name leads to this machine although only
 * public addresses are within reach.
 * Moves: messages are added all the time; processes are killed by SIGKILL while they deliver, and others start; half-way the
 * receivers that failed work.
 * Invariant: each message for the first four is received at least once, verifies, and has the same id each time; what a kill
 * repeats is not more than a process delivers at once; messages for the fifth are never sent, and none of them is lost;
 * the process that is never killed does not grow.
 */

const messages = amount({ short: 200, full: 10_000 })
const kills = amount({ short: 3, full: 40 })

let folder = ''
beforeAll(async () => {
  folder = await compileForChildren('deliverer')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The receivers, and what turns those that fail into ones that work. */
async function startReceivers() {
  const works: Receiver['answer'] = (response) => response.writeHead(204).end()
  const well = await startReceiver(works)
  const slow = await startReceiver((response, received) => {
    setTimeout(() => {
      works(response, received)
    }, 100)
  })
  const down = await startReceiver((response) => response.destroy())
  const moved = await startReceiver((response) =>
    response.writeHead(302, { location: well.url }).end(),
  )
  const inside = await startReceiver(works)
  const out = `https://inside.example:${new URL(inside.url).port}/hook`
  const all = [well, slow, down, moved]
  return {
    ...{ all, down, moved, inside, out },
    urls: [...all.map(({ url }) => url), out],
    recover: () => {
      for (const each of [down, moved]) {
        each.received.length = 0 // what failed was not delivered
        each.answer = works
      }
    },
    close: () => {
      for (const each of [...all, inside]) each.close()
    },
  }
}

/** Processes that deliver; the first of them is never killed. */
async function startDeliverers(place: string, urls: readonly string[]) {
  const children: ChildProcess[] = []
  const start = async () => {
    children.push(await startChild(folder, 'deliverer', [place, ...urls]))
  }
  await Promise.all([start(), start(), start()])
  const end = async (child: ChildProcess | undefined) => {
    if (child === undefined) throw new Error('there is no process to end')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return {
    killOne: async () => {
      const [victim] = children.splice(1, 1)
      await end(victim)
      await start()
    },
    mebibytes: () => sizeOf(children[0]?.pid).mebibytes,
    stop: () => Promise.all(children.map(end)),
  }
}

test.concurrent.for(kinds)(
  'each of many webhooks over %s arrives at least once, although receivers fail and processes are killed',
  { timeout: 3_600_000 },
  async (kind: Kind, { expect }) => {
    const { database, place, remove } = await openDatabase(kind)
    const receivers = await startReceivers()
    const outbox = await openOutbox({ database, kind, now: fastClock, limits })
    const targets = receivers.urls.map(
      (url) => webhookOf(url, { reach: url === receivers.out ? 'public' : 'loopback' }).target,
    )
    const deliverers = await startDeliverers(place, receivers.urls)
    const waiting = async (target: string) => {
      const text = 'SELECT id FROM service_outbox WHERE target = $1 AND failed_at IS NULL'
      return (await database.query(text, [target])).map(({ id }) => String(id)).sort()
    }
    const ids = Array.from({ length: messages / targets.length }, (_, i) => `message-${String(i)}`)
    const random = seeded(seed)
    let size = 0
    const adding = async () => {
      for (const [at, id] of ids.entries()) {
        if (at === Math.floor(ids.length / 2)) receivers.recover()
        if (at === Math.floor(ids.length / 4)) size = deliverers.mebibytes()
        for (const target of targets)
          await outbox.add({ id, topic: webhookTopic, target, body: JSON.stringify({ id }) })
        await sleep(1)
      }
    }
    const killing = async () => {
      for (let i = 0; i < kills; i++) {
        await sleep(100 + 600 * random())
        await deliverers.killOne()
      }
    }
    await Promise.all([adding(), killing()])
    const open = targets.slice(0, -1)
    await expect
      .poll(async () => (await Promise.all(open.map(waiting))).flat(), { timeout: 600_000 })
      .toEqual([])
    const growth = deliverers.mebibytes() - size
    await deliverers.stop()
    await outbox.close()
    let duplicates = 0
    for (const { received } of receivers.all) {
      const seen = received.map(({ headers }) => String(headers['webhook-id']))
      expect([...new Set(seen)].sort()).toEqual([...ids].sort())
      expect(received.every((each) => verifies(each, secret))).toBe(true)
      const bodies = received.map(({ body }) => (JSON.parse(body) as { id: string }).id)
      expect(bodies).toEqual(seen)
      duplicates += seen.length - new Set(seen).size
    }
    expect(duplicates).toBeLessThanOrEqual(kills * limits.atOnce)
    expect(await waiting(targets.at(-1) ?? '')).toEqual([...ids].sort())
    expect(receivers.inside.received).toEqual([])
    expect(growth).toBeLessThan(64)
    console.log(
      `${kind}: ${String(messages)} messages, ${String(kills)} kills, ${String(duplicates)} duplicates, ` +
        `the process that lived grew by ${growth.toFixed(0)} MiB`,
    )
    receivers.close()
    await remove()
  },
)
