import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisStores } from '../../../src/stores/redis/index.js'
import { redisCommand } from '../../setup/redis-command.js'
import { startSentinel, type RedisSentinel } from '../../setup/redis-sentinel.js'
import { until } from '../../setup/server.js'
import { SessionLife } from '../session-life.js'
import { sentinelClients } from './servers.js'

let site: RedisSentinel
const closing: (() => void)[] = []
beforeAll(async () => {
  site = await startSentinel()
})
afterAll(async () => {
  for (const close of closing) close()
  await site.stop()
})

/** Short enough to ask again and again, long enough for a machine that is busy. */
const deadlineMs = 2000

async function begin(name: 'ioredis' | 'node-redis'): Promise<SessionLife> {
  const { client, close } = await sentinelClients(site)[name]()
  closing.push(close)
  return SessionLife.begin(redisStores(client, { prefix: `facts-${name}`, deadlineMs }).sessions)
}

/** As a client does: it asks again after a 503. */
async function refreshes(life: SessionLife, count: number): Promise<void> {
  for (let left = count; left > 0; left--) {
    life.pass(600)
    for (let tries = 60; !(await life.tryToRefresh()); tries--) {
      expect(tries).toBeGreaterThan(0)
      await sleep(500)
    }
  }
}

/** Whether every replica has what the primary had when this was first asked. */
async function haveCaughtUp(port: number, offset: number): Promise<boolean> {
  const answer = await redisCommand(port, 'INFO', 'replication')
  const replicas = [...answer.matchAll(/^slave\d+:.*offset=(\d+)/gm)]
  return replicas.length === 2 && replicas.every(([, at]) => Number(at) >= offset)
}

/** Kills the primary once its replicas have all that it has. */
async function failOver(): Promise<void> {
  const { port, pid } = site.servers[0] ?? expect.unreachable()
  const [, offset] =
    /master_repl_offset:(\d+)/.exec(await redisCommand(port, 'INFO', 'replication')) ?? []
  expect(await until(30_000, () => haveCaughtUp(port, Number(offset)))).toBe(true)
  process.kill(pid, 'SIGKILL')
}

test('facts are the same in every token after a replica has taken the place of the primary', async () => {
  const lives = await Promise.all([begin('ioredis'), begin('node-redis')])
  for (const life of lives) {
    await refreshes(life, 10)
    await life.update({ org: 'org-8' }, true)
    await refreshes(life, 1)
    await life.stepUp({ amr: ['pwd', 'hwk'] })
  }
  await failOver()
  for (const life of lives) {
    await refreshes(life, 11)
    await life.stepUp({})
    await refreshes(life, 10)
    expect(life.compared).toBe(35)
    expect(life.seen.hooks.map(({ name }) => name)).not.toContain('onReused')
  }
})
