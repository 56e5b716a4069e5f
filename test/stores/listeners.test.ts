import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis } from '../setup/redis.js'
import { compileForChildren } from './compile.js'

let folder = ''
let postgres: PostgresServer
beforeAll(async () => {
  ;[folder, postgres] = await Promise.all([compileForChildren('no-listener'), startPostgres()])
}, 300_000)
afterAll(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a process without any listener for errors survives the loss of its servers, and prints nothing', async () => {
  const redis = await startRedis({})
  const name = `listener_${randomBytes(4).toString('hex')}`
  const url = `${postgres.url}${postgres.url.includes('?') ? '&' : '?'}application_name=${name}`
  const child = fork(join(folder, 'no-listener.js'), [redis.url, url, name], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  const said = Promise.all(
    [child.stdout, child.stderr].map(async (from) => (from ? text(from) : '')),
  )
  const answerOf = async () => (await once(child, 'message'))[0] as string[] // as the child sends them
  expect(await answerOf()).toEqual(['undefined', 'undefined', 'undefined'])

  // The idle connection of the pool ends, and so do those to Redis with their server.
  const pool = new Pool({ connectionString: postgres.url })
  const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`
  expect((await pool.query(ended, [name])).rowCount).toBeGreaterThan(0)
  await pool.end()
  await redis.stop()
  child.send('ask')
  expect(await answerOf()).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 'undefined'])
  child.disconnect()
  expect(await exited).toEqual([0, null])
  expect(await said).toEqual(['', ''])
}, 120_000)
