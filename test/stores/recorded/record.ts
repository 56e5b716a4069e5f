/**
 * Records a release: has it write the contents into an SQLite file, a PostgreSQL and a Redis, and keeps all that is then
 * there as text. Arguments: the recording's name, the folder of recordings, and the module of a past release that has
 * `fill` of {@link Program}; without it, the present one is recorded, and the statements of its schemas besides.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { openSqlite } from '../../../src/stores/sql/sqlite.js'
import { startPostgres } from '../../setup/postgres.js'
import { startRedis } from '../../setup/redis.js'
import * as contents from './contents.js'
import { dumpPostgres } from './dump-postgres.js'
import { dumpRedis } from './dump-redis.js'
import { dumpSqlite } from './dump-sqlite.js'
import * as present from './present.js'
import type { Program } from './program.js'
import { statementsOf } from './schemas.js'
import { writeDump } from './sql-text.js'

const [name = '', recordings = '', past] = process.argv.slice(2)
const program = past === undefined ? present : ((await import(past)) as Program) // what is asked of it
const scratch = mkdtempSync(join(tmpdir(), 'jotgate-record-'))
const [postgres, redis] = await Promise.all([startPostgres({}), startRedis({})])
const connection = new Redis(redis.url)
try {
  const sqlite = join(scratch, 'recorded.db')
  const [schema, prefix] = ['recorded', 'recorded']
  const places = { sqlite, postgres: postgres.url, schema, redis: redis.url, prefix }
  const drawn = await program.fill(places, contents)
  const folder = join(recordings, name)
  mkdirSync(folder)
  // Nothing of the machine that records.
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text.replace(/"host":"[^"]*"/g, '"host":"recorded"'))
  }
  write('sqlite.sql', writeDump(await dumpSqlite(await openSqlite(sqlite))))
  write('postgres.sql', writeDump(await dumpPostgres(postgres.url, schema)))
  const commands = await dumpRedis(connection, prefix)
  write('redis.jsonl', commands.map((each) => `${JSON.stringify(each)}\n`).join(''))
  write('drawn.json', json(drawn))
  if (past === undefined) writeFileSync(join(recordings, 'statements.json'), json(statementsOf()))
} finally {
  connection.disconnect()
  await Promise.all([postgres.stop(), redis.stop()])
  rmSync(scratch, { recursive: true })
}
// A recorded process goes on writing how it is.
process.exit(0)

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
