import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'
import { startRedis, type RedisServer } from '../../setup/redis.js'
import { testWithServices as test } from '../own-services.js'
import { logIn, logOut, prepareDrill, publishedKids, statusesOf } from './drill.js'

let postgres: PostgresServer
let redis: RedisServer
beforeAll(async () => {
  // Debian's: the npm package has no pg_dump, and one that is older than the server refuses.
  ;[postgres, redis] = await Promise.all([startPostgres({ embedded: false }), startRedis()])
})
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()])
})

/** Empties the database as `dropdb` and `createdb` would. */
async function emptyDatabase(): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('DROP SCHEMA public CASCADE')
  await client.query('CREATE SCHEMA public')
  await client.end()
}

/** Runs a program of PostgreSQL over the database. */
function runProgram(name: string, args: readonly string[]) {
  return promisify(execFile)(join(postgres.programs ?? '', name), [
    ...args,
    `--dbname=${postgres.url}`,
  ])
}

const usual = ['--no-owner', '--no-privileges']
const dump = (file: string) =>
  runProgram('pg_dump', [
    '--format=custom',
    ...usual,
    '--exclude-table-data=service_processes',
    `--file=${file}`,
  ])
const restore = (file: string) =>
  runProgram('pg_restore', [...usual, '--exit-on-error', '--single-transaction', file])

test('after pg_restore, after-restore ends all sessions, and refuses access tokens at the Redis that was not restored', async ({
  own,
}) => {
  const secrets = {
    URL: postgres.url,
    RING_KEY: randomBytes(32).toString('base64'),
    REFRESH_SECRET: randomBytes(48).toString('base64'),
    REDIS_URL: redis.url,
  }
  const more = 'database: ${URL}\nencryptionKey: env:RING_KEY\nrefreshSecret: env:REFRESH_SECRET\n'
  const drill = await prepareDrill(own, { more, env: secrets })
  const file = join(own.folder(), 'auth.dump')
  const before = await drill.start()
  const [kept, ended] = [await logIn(before), await logIn(before)]
  const kids = await publishedKids(before)
  const advised = await drill.command(`backup ${file}`)
  expect(advised).toEqual({
    code: 1,
    output: expect.stringContaining('pg_dump --format=custom') as string,
  })
  await dump(file)
  await logOut(before, ended)
  const late = await logIn(before)
  const running = await drill.command('after-restore')
  expect(running).toEqual({
    code: 1,
    output: expect.stringContaining('stop all of them') as string,
  })
  await before.stop()

  await emptyDatabase()
  await restore(file)
  const finished = await drill.command('after-restore')
  expect(finished).toEqual({
    code: 0,
    output: expect.stringContaining('refused, at Redis too') as string,
  })
  const after = await drill.start()
  for (const pair of [kept, ended, late]) expect(await statusesOf(after, pair)).toEqual([401, 401])
  expect(await publishedKids(after)).toEqual(kids)
  expect(await statusesOf(after, await logIn(after))).toEqual([200, 200])
})
