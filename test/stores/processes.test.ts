import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStores } from '../../src/stores/memory/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { client, codeOf, login, makeIssuer } from '../sessions/setup.js'
import { openIssuer } from './children/issuer.js'
import { compileForChildren, startChild } from './compile.js'

const secret = randomBytes(32).toString('hex')
const children: ChildProcess[] = []
let folder = ''

beforeAll(() => {
  folder = compileForChildren()
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

describe('fifty refreshes of one token at once', () => {
  const makers = {
    memory: () => memoryStores(),
    SQLite: async () => sqliteStores(await openSqlite(join(folder, 'one-process.db'))),
  }

  test.each(Object.entries(makers))(
    'have one successor, in one process over %s',
    async (_, make) => {
      const { families } = await make()
      const { issuer, seen } = makeIssuer({ families })
      const rounds = 6
      let { refreshToken } = await login(issuer)
      for (let round = 0; round < rounds; round++) {
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

  // 200 rounds belong to the full run; these fit into a test of some seconds.
  test(
    'have one successor, over three processes on one SQLite file',
    { timeout: 60_000 },
    async () => {
      const path = join(folder, 'three-processes.db')
      const issuer = await openIssuer(path, secret)
      const racers = await Promise.all(
        Array.from({ length: 3 }, () => startChild(folder, 'racer', [path, secret])),
      )
      children.push(...racers)
      let { refreshToken } = await issuer.issue({ subject: 'user-1', client })
      const rounds = 12
      for (let round = 0; round < rounds; round++) {
        const counts = [17, 17, 16]
        const answers = await Promise.all(
          racers.map(async (racer, index) => {
            racer.send({ token: refreshToken, count: counts[index] ?? 0 })
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
    },
  )
})

describe('a process that is killed', () => {
  test('has lost no refresh that it had acknowledged', { timeout: 60_000 }, async () => {
    const path = join(folder, 'killed.db')
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
