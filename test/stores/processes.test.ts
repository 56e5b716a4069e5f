import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStores } from '../../src/stores/memory/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedisCluster, type RedisCluster } from '../setup/redis-cluster.js'
import { shared } from '../setup/shared.js'
import { amount } from '../setup/amount.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { client, codeOf, login, makeSessions } from '../session/setup.js'
import { openSessions } from './children/sessions.js'
import { compileForChildren, startChild } from './compile.js'
import { graceOver, startRacers, type Race, type Racers } from './race.js'

/** Of fifty refreshes each; 10,000 in the long run. */
const rounds = amount({ short: 40, full: 10_000 })
/** The control needs no more to be seen to fail. */
const naiveRounds = amount({ short: 10, full: 200 })
const timeout = 120_000 + rounds * 300
/** In the long run, what a log should have. */
const report = (name: string, { rounds, lost }: Race) => {
  if (rounds > 200) console.log(`${name}: lost ${String(lost)} of ${String(rounds)} rounds`)
}
const secret = randomBytes(32).toString('hex')
const children: ChildProcess[] = []
let folder = ''

let redis: RedisServer
const own: RedisCluster[] = []
let cluster: Pick<RedisCluster, 'nodes'>
let postgres: PostgresServer

beforeAll(async () => {
  folder = await compileForChildren('racer', 'writer')
  ;[redis, cluster, postgres] = await Promise.all([startRedis(), sharedCluster(), startPostgres()])
}, 300_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([redis, postgres, ...own].map(({ stop }) => stop()))
  rmSync(folder, { recursive: true })
})

/** The Cluster of all test files, else one of its own. */
async function sharedCluster(): Promise<Pick<RedisCluster, 'nodes'>> {
  const found = await shared<RedisCluster>('cluster')
  if (found !== undefined) return found
  const started = await startRedisCluster()
  own.push(started)
  return started
}

function firstNode({ nodes: [first] }: Pick<RedisCluster, 'nodes'>): string {
  if (first === undefined) throw new Error('the cluster has no node')
  return `${first.host}:${String(first.port)}`
}

describe('fifty refreshes of one token at once', () => {
  const makers = {
    memory: () => memoryStores(),
    SQLite: async () => sqliteStores(await openSqlite(join(folder, 'one-process.db'))),
  }

  test.each(Object.entries(makers))(
    'fifty refreshes of one token at once have one successor, in one process over %s',
    async (_, make) => {
      const { sessions: store } = await make()
      const { sessions, clock, seen } = makeSessions({ store })
      const rounds = 6
      let { refreshToken } = await login(sessions)
      for (let round = 0; round < rounds; round++) {
        clock.advance(graceOver)
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => sessions.refresh(refreshToken, { client })),
        )
        const successors = new Set(answers.map((answer) => answer.refreshToken))
        expect(successors.size).toBe(1)
        for (const successor of successors) refreshToken = successor
      }
      const hooks = seen.hooks.map(({ name }) => name)
      expect(hooks.filter((name) => name === 'onRefreshed')).toHaveLength(rounds)
      expect(hooks.filter((name) => name === 'onReplayed')).toHaveLength(rounds * 49)
    },
  )

  const places: Readonly<Record<string, () => string>> = {
    'one SQLite file': () => `sqlite:${join(folder, 'three-processes.db')}`,
    PostgreSQL: () => `${postgres.url}#race_${String(process.pid)}`,
    'one Redis by ioredis': () => `io${redis.url}#race-io`,
    'one Redis by node-redis': () => `node-${redis.url}#race-node`,
    'a Redis Cluster by ioredis': () => `ioredis-cluster://${firstNode(cluster)}#race-io`,
    'a Redis Cluster by node-redis': () => `node-redis-cluster://${firstNode(cluster)}#race-node`,
  }

  describe.each(Object.entries(places))('over three processes on %s', (name, placeOf) => {
    let racers: Racers
    beforeAll(async () => {
      racers = await startRacers(folder, placeOf())
    })
    afterAll(() => {
      racers.stop()
    })

    test(
      'fifty refreshes at once, in three processes, have one successor, made once',
      { timeout },
      async () => {
        const result = await racers.race('atomic', rounds)
        report(name, result)
        expect(result).toEqual({ rounds, lost: 0, firstLoss: undefined })
      },
    )

    test(
      'fifty refreshes at once are lost by reading, deciding and writing one after the other',
      { timeout },
      async () => {
        const result = await racers.race('naive', naiveRounds)
        report(`${name}, the naive way`, result)
        // In each round fifty have read before the first has written, but for what the scheduler does now and then.
        expect(result.lost).toBeGreaterThan(naiveRounds / 2)
        expect(result.firstLoss).toMatch(
          /^round \d+: 50 answers, ([2-9]|\d\d) rotations, 1 successors$/,
        )
      },
    )
  })
})

describe('a process that is killed', () => {
  test('a process that is killed has lost no refresh that it had acknowledged', async () => {
    const path = `sqlite:${join(folder, 'killed.db')}`
    const sessions = await openSessions(path, secret)
    let acknowledged = 0
    for (let round = 0; round < 5; round++) {
      let { refreshToken } = await sessions.issue({ subject: 'user-1', client })
      const writer = await startChild(folder, 'writer', [path, secret, refreshToken])
      children.push(writer)
      const exited = once(writer, 'exit')
      writer.on('message', (token: string) => {
        refreshToken = token
        // Killed at another moment of its work in every round.
        if (++acknowledged % 20 === 0) setTimeout(() => writer.kill('SIGKILL'), round * 2)
      })
      await exited
      expect(await codeOf(sessions.refresh(refreshToken, { client }))).toBeUndefined()
    }
    expect(acknowledged).toBeGreaterThanOrEqual(100)
  })
})
