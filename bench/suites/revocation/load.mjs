import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { Redis } from 'ioredis'
import { createRevocation } from 'jotgate'
import { redisStores } from 'jotgate/stores/redis'
import { accessTtl, issuer } from './entries.mjs'

/** @import { Timed } from './holding.mjs' */

/** What every key of the set begins with. */
const prefix = 'jotgate-bench'
const expiries = `{${prefix}:revocations}:expiries`
/** Nothing is given up while it is measured. */
const deadlineMs = 10_000

// A process that reads a whole Redis, and gives it back what it has lost, while it watches its own event loop.
process.once('message', (/** @type {{ url: string, count: number }} */ order) => void answer(order))
process.once('disconnect', () => process.exit(0))

/** @param {{ url: string, count: number }} order */
async function answer({ url, count }) {
  const client = new Redis(url)
  const bare = await timed(() => readAll(client, count))
  const { revocations: store } = redisStores(client, { prefix, deadlineMs })
  const revocation = createRevocation({ store, issuer, accessTtl, maxStaleness: '5m' })
  const load = await timed(() => revocation.start())
  if (revocation.status().entries < count) throw new Error('something was not loaded')
  const back = await timed(async () => {
    await client.flushall()
    await until(async () => (await keptIn(client)) >= count)
  })
  revocation.close()
  client.disconnect()
  process.send?.({ bare, load, back })
}

/**
 * Reads the set as the feed does, and throws it away.
 *
 * @param {Redis} client
 * @param {number} count
 */
async function readAll(client, count) {
  let [cursor, read] = ['0', 0]
  do {
    const [next, found] = await client.zscan(expiries, cursor, 'COUNT', 2000)
    cursor = next
    read += found.length / 2
  } while (cursor !== '0')
  if (read < count) throw new Error('something was not read')
}

/** @param {Redis} client */
function keptIn(client) {
  return client.zcard(expiries)
}

/** @param {() => Promise<boolean>} reached */
async function until(reached) {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/**
 * How long it took, and the longest that the event loop was kept busy in one piece meanwhile.
 *
 * @param {() => Promise<unknown>} work
 * @returns {Promise<Timed>}
 */
async function timed(work) {
  const start = performance.now()
  let [last, lagMs] = [start, 0]
  const timer = setInterval(() => {
    const now = performance.now()
    lagMs = Math.max(lagMs, now - last - 1)
    last = now
  }, 1)
  try {
    await work()
    return { ms: performance.now() - start, lagMs }
  } finally {
    clearInterval(timer)
  }
}
