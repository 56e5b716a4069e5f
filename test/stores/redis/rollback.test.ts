import { copyFileSync, rmSync, truncateSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredSession, SessionStore } from '../../../src/session/ports.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import { sampleSession, sampleRequest, start } from '../../../src/testkit/sample-session.js'
import { findOrInstall } from '../../setup/programs.js'
import { redisCommand } from '../../setup/redis-command.js'
import { answersPing, wantedRedis } from '../../setup/redis.js'
import { freePort, makeFolder, startServer, type Server } from '../../setup/server.js'
import { ioredisAt, nodeRedisAt } from './servers.js'

let program = ''
const folder = makeFolder('rollback')
let server: Server | undefined

beforeAll(async () => {
  program = await findOrInstall(wantedRedis)
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Starts Redis on what lies in the folder, with or without a log of every write. */
async function startOn(port: number, appendonly: 'yes' | 'no'): Promise<void> {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const log = [
    '--appendonly',
    appendonly,
    '--appendfsync',
    'always',
    '--aof-use-rdb-preamble',
    'no',
  ]
  server = startServer(program, [...place, ...log])
  await answersPing(server, port)
}

/** Rotates the session as its owner does, with the newest token. */
const rotate = (sessions: SessionStore, session: StoredSession, { presented = 0, at = 450 }) =>
  sessions.rotate(sampleRequest(session, { presented, now: start + at }))

/** The refresh of a generation, in its time. */
const later = (sessions: SessionStore, session: StoredSession, presented: number) =>
  rotate(sessions, session, { presented, at: 450 * (presented + 1) })

/** What a service says to the tokens that are about, the newest first. */
async function expectRolledBack(sessions: SessionStore, session: StoredSession, newest: number) {
  const after = await sessions.find(session.id)
  expect(after?.generation).toBeLessThan(newest)
  const outcome = await rotate(sessions, session, { presented: newest, at: 2000 })
  expect(outcome.kind).toBe('rolledBack')
  // No leaf is left alive, whichever token comes next.
  for (const presented of [newest, (after?.generation ?? 0) + 1, after?.generation ?? 0])
    expect(['ended', 'rolledBack']).toContain(
      (await rotate(sessions, session, { presented, at: 2001 })).kind,
    )
}

describe.each([
  ['ioredis', ioredisAt],
  ['node-redis', nodeRedisAt],
])('a Redis that has lost writes, by %s', (_, connect) => {
  test('an older snapshot put back is a rollback, no theft', async () => {
    const port = await freePort()
    await startOn(port, 'no')
    const { client, close } = await connect(`redis://127.0.0.1:${String(port)}`)
    const { sessions } = redisStores(client, { deadlineMs: 5000 })
    const session = sampleSession()
    await sessions.create(session)
    expect((await rotate(sessions, session, {})).kind).toBe('rotated')
    await redisCommand(port, 'SAVE')
    copyFileSync(join(folder, 'dump.rdb'), join(folder, 'older.rdb'))
    for (let generation = 1; generation < 4; generation++)
      expect((await later(sessions, session, generation)).kind).toBe('rotated')

    await server?.stop('SIGKILL')
    copyFileSync(join(folder, 'older.rdb'), join(folder, 'dump.rdb'))
    await startOn(port, 'no')
    await expect
      .poll(() => sessions.find(session.id).catch(() => 'not yet'))
      .toMatchObject({ generation: 1 })
    await expectRolledBack(sessions, session, 4)
    close()
    await server?.stop()
    rmSync(join(folder, 'dump.rdb'))
  })

  test('a log of writes that lost its end is a rollback, no theft', async () => {
    const port = await freePort()
    await startOn(port, 'yes')
    const { client, close } = await connect(`redis://127.0.0.1:${String(port)}`)
    const { sessions } = redisStores(client, { deadlineMs: 5000 })
    const session = sampleSession()
    await sessions.create(session)
    expect((await rotate(sessions, session, {})).kind).toBe('rotated')
    const log = logFile()
    const { size } = statSync(log)
    for (let generation = 1; generation < 4; generation++)
      expect((await later(sessions, session, generation)).kind).toBe('rotated')
    const longer = statSync(log).size

    await server?.stop('SIGKILL')
    // In the middle of a write, as a power cut leaves it.
    truncateSync(log, size + Math.floor((longer - size) / 2))
    await startOn(port, 'yes')
    await expect.poll(() => sessions.find(session.id).catch(() => 'not yet')).toBeDefined()
    await expectRolledBack(sessions, session, 4)
    close()
    await server?.stop()
    rmSync(join(folder, 'appendonlydir'), { recursive: true })
  })
})

function logFile(): string {
  const logs = join(folder, 'appendonlydir')
  const name = readdirSync(logs).find((each) => each.endsWith('.incr.aof'))
  if (name === undefined) throw new Error('Redis keeps no log')
  return join(logs, name)
}
