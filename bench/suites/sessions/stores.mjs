import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { memoryStores } from 'jotgate/stores/memory'
import { postgresStores } from 'jotgate/stores/postgres'
import { redisStores } from 'jotgate/stores/redis'
import { openSqlite, sqliteStores } from 'jotgate/stores/sqlite'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { loadServers } from './servers.mjs'

/** @import { SessionStore } from 'jotgate/extend' */

/**
 * A store, and the same work done bare: one row, as large as a session, is found by its id and changed. `bare` answers
 * whether there was one.
 *
 * @typedef {{
 *   readonly sessions: SessionStore,
 *   readonly bare: (id: string, value: string) => Promise<boolean>,
 *   readonly close: () => Promise<unknown>,
 * }} Opened
 */

/** Nothing is given up while it is measured: that would be another work. */
const deadlineMs = 10_000
/** As many as ask at once. */
const connections = 16

/**
 * Every store, and what its bare call is. The ids are those to be found.
 *
 * @type {readonly { readonly name: string, readonly bareIs: string,
 *   readonly open: (ids: readonly string[], value: string) => Promise<Opened> }[]}
 */
export const stores = [
  { name: 'memory', bareIs: 'get and set of a Map', open: inMemory },
  { name: 'SQLite', bareIs: 'a prepared UPDATE of one row, synchronous = FULL', open: inSqlite },
  { name: 'PostgreSQL', bareIs: 'a prepared UPDATE of one row', open: inPostgres },
  { name: 'Redis by ioredis', bareIs: 'GET, then SET', open: byIoredis },
  { name: 'Redis by node-redis', bareIs: 'GET, then SET', open: byNodeRedis },
]

/**
 * @param {readonly string[]} ids
 * @param {string} value
 * @returns {Promise<Opened>}
 */
function inMemory(ids, value) {
  const rows = new Map(ids.map((id) => [id, value]))
  const bare = (/** @type {string} */ id, /** @type {string} */ next) => {
    const known = rows.has(id)
    rows.set(id, next)
    return Promise.resolve(known)
  }
  return Promise.resolve({
    sessions: memoryStores().sessions,
    bare,
    close: () => Promise.resolve(),
  })
}

const makeTable = 'CREATE TABLE bare (id TEXT PRIMARY KEY, value TEXT NOT NULL)'

/**
 * @param {readonly string[]} ids
 * @param {string} value
 * @returns {Promise<Opened>}
 */
async function inSqlite(ids, value) {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-bench-'))
  const path = join(folder, 'sessions.db')
  const [client, own] = [await openSqlite(path), await openSqlite(path)]
  client.exec(makeTable)
  for (const id of ids) client.prepare('INSERT INTO bare VALUES (?, ?)').all(id, value)
  const update = client.prepare('UPDATE bare SET value = ? WHERE id = ? RETURNING id')
  return {
    sessions: sqliteStores(own).sessions,
    bare: (id, next) => Promise.resolve(update.all(next, id).length === 1),
    close: () => {
      for (const each of [client, own]) each.close()
      rmSync(folder, { recursive: true })
      return Promise.resolve()
    },
  }
}

/**
 * @param {readonly string[]} ids
 * @param {string} value
 * @returns {Promise<Opened>}
 */
async function inPostgres(ids, value) {
  const { startPostgres } = await loadServers()
  const server = await startPostgres()
  const [pool, own] = [server.url, server.url].map(
    (connectionString) => new Pool({ connectionString, max: connections }),
  )
  if (!pool || !own) throw new Error('there are two')
  await pool.query('DROP TABLE IF EXISTS bare')
  await pool.query(makeTable)
  for (const id of ids) await pool.query('INSERT INTO bare VALUES ($1, $2)', [id, value])
  const text = 'UPDATE bare SET value = $2 WHERE id = $1'
  return {
    sessions: postgresStores(own, { schema: 'jotgate_bench', deadlineMs }).sessions,
    bare: async (id, next) => {
      const { rowCount } = await pool.query({ name: 'bare', text, values: [id, next] })
      return rowCount === 1
    },
    close: async () => {
      await pool.query('DROP TABLE bare; DROP SCHEMA IF EXISTS jotgate_bench CASCADE')
      await Promise.all([pool.end(), own.end()])
      await server.stop()
    },
  }
}

/**
 * @param {readonly string[]} ids
 * @param {string} value
 * @returns {Promise<Opened>}
 */
async function byIoredis(ids, value) {
  const { startRedis } = await loadServers()
  const server = await startRedis()
  const client = new Redis(server.url)
  for (const id of ids) await client.set(`bare:${id}`, value)
  return {
    sessions: redisStores(client, { prefix: 'jotgate-bench', deadlineMs }).sessions,
    bare: async (id, next) => {
      const known = await client.get(`bare:${id}`)
      await client.set(`bare:${id}`, next)
      return known !== null
    },
    close: async () => {
      client.disconnect()
      await server.stop()
    },
  }
}

/**
 * @param {readonly string[]} ids
 * @param {string} value
 * @returns {Promise<Opened>}
 */
async function byNodeRedis(ids, value) {
  const { startRedis } = await loadServers()
  const server = await startRedis()
  const client = createClient({ url: server.url })
  await client.connect()
  for (const id of ids) await client.set(`bare:${id}`, value)
  return {
    sessions: redisStores(client, { prefix: 'jotgate-bench', deadlineMs }).sessions,
    bare: async (id, next) => {
      const known = await client.get(`bare:${id}`)
      await client.set(`bare:${id}`, next)
      return known !== null
    },
    close: async () => {
      client.destroy()
      await server.stop()
    },
  }
}
