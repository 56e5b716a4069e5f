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
import { startRedis, type RedisServer } from '../setup/redis.js'
import { client, codeOf, login, makeIssuer } from '../sessions/setup.js'
import { openIssuer } from './children/issuer.js'
import type { Round } from './children/racer.js'
import { compileForChildren, startChild } from './compile.js'

/** Of fifty refreshes each; 10,000 in the long run. */
const rounds = Number(process.env['RACE_ROUNDS'] ?? 200)
/** Seconds after which a token that was just made may rotate. */
const graceOver = 11
const secret = randomBytes(32).toString('hex')
const children: ChildProcess[] = []
let folder = ''

let redis: RedisServer
let cluster: RedisCluster
let postgres: PostgresServer

beforeAll(async () => {
  folder = compileForChildren()
  ;[redis, cluster, postgres] = await Promise.all([
    startRedis(),
    startRedisCluster(),
    startPostgres(),
  ])
}, 300_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([redis, cluster, postgres].map(({ stop }) => stop()))
  rmSync(folder, { recursive: true })
})

function firstNode({ nodes: [first] }: RedisCluster): string {
  if (first === undefined) throw new Error('the cluster has no node')
  return `${first.host}:${String(first.port)}`
}

describe('fifty refreshes of one token at once', () => {
  const makers = {
    memory: () => memoryStores(),
    SQLite: async () => sqliteStores(await openSqlite(join(folder, 'one-process.db'))),
  }

  test.each(Object.entries(makers))(
    'have one successor, in one process over %s',
    async (_, make) => {
      const { families } = await make()
      const { issuer, clock, seen } = makeIssuer({ families })
      const rounds = 6
      let { refreshToken } = await login(issuer)
      for (let round = 0; round < rounds; round++) {
        clock.advance(graceOver)
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => issuer.refresh(refreshToken, { client })),
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

  test.each(Object.entries(places))(
    'have one successor, over three processes on %s',
    { timeout: 120_000 },
    async (_, placeOf) => {
      const place = placeOf()
      const issuer = await openIssuer(place, secret)
      const racers = await Promise.all(
        Array.from({ length: 3 }, () => startChild(folder, 'racer', [place, secret])),
      )
      children.push(...racers)
      let { refreshToken } = await issuer.issue({ subject: 'user-1', client })
      let now = Math.floor(Date.now() / 1000)
      for (let round = 0; round < rounds; round++) {
        now += graceOver
        const counts = [17, 17, 16]
        const answers = await Promise.all(
          racers.map(async (racer, index) => {
            racer.send({ token: refreshToken, count: counts[index] ?? 0, now } satisfies Round)
            const [replies] = (await once(racer, 'message')) as [string[]]
            return replies
          }),
        )
        expect(answers.flat()).toHaveLength(50)
        const successors = new Set(answers.flat())
        expect([...successors].filter((answer) => answer.startsWith('refused'))).toEqual([])
        expect(successors.size).toBe(1)
        expect(successors).not.toContain(refreshToken)
        for (const successor of successors) refreshToken = successor
      }
      for (const racer of racers) racer.kill('SIGKILL')
    },
  )
})

describe('a process that is killed', () => {
  test('has lost no refresh that it had acknowledged', { timeout: 60_000 }, async () => {
    const path = `sqlite:${join(folder, 'killed.db')}`
    const issuer = await openIssuer(path, secret)
    let acknowledged = 0
    for (let round = 0; round < 5; round++) {
      let { refreshToken } = await issuer.issue({ subject: 'user-1', client })
      const writer = await startChild(folder, 'writer', [path, secret, refreshToken])
      children.push(writer)
      const exited = once(writer, 'exit')
      writer.on('message', (token: string) => {
        refreshToken = token
        // Killed at another moment of its work in every round.
        if (++acknowledged % 20 === 0) setTimeout(() => writer.kill('SIGKILL'), round * 2)
      })
      await exited
      expect(await codeOf(issuer.refresh(refreshToken, { client }))).toBeUndefined()
    }
    expect(acknowledged).toBeGreaterThanOrEqual(100)
  })
})
