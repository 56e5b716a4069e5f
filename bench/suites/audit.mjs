import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { postgresDatabase } from 'jotgate/stores/postgres'
import { openSqlite, sqliteDatabase } from 'jotgate/stores/sqlite'
import { Pool } from 'pg'
import { createAudit } from '../../apps/auth-service/dist/audit/audit.js'
import { auditKeysOf } from '../../apps/auth-service/dist/audit/audit-keys.js'
import { theService } from '../../apps/auth-service/dist/events/event.js'
import { quantile } from '../measure.mjs'
import { openCaller } from './service/calling.mjs'
import { administrator, startFleet } from './service/fleet.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { SqlDatabase } from 'jotgate/stores/sqlite' */

const without = 'without its row'

/**
 * What the row of a login costs: the processor time of a login of the built service over PostgreSQL, its row included, beside the
 * same without what a row takes by itself, one after the other, in this process.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, progress }) {
  const extent = quick
    ? { rounds: 5, logins: 12, rows: 200 }
    : { rounds: 15, logins: 60, rows: 2000 }
  progress('starting')
  const fleet = await startFleet(1)
  const caller = openCaller(fleet.ports[0] ?? 0, 1)
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-bench-audit-'))
  const pool = new Pool({ connectionString: fleet.database, max: 2 })
  const file = await openSqlite(join(folder, 'audit.db'))
  const databases = { PostgreSQL: postgresDatabase(pool), SQLite: sqliteDatabase(file) }
  try {
    progress('logins')
    const logins = []
    for (let round = 0; round < extent.rounds; round++) {
      const before = await caller.cpu()
      for (let at = 0; at < extent.logins; at++) await caller.login(administrator, fleet.password)
      logins.push((((await caller.cpu()) - before) * 1000) / extent.logins)
    }
    const measurements = []
    for (const [name, database] of Object.entries(databases)) {
      progress(`rows in ${name}`)
      measurements.push(reportOf(name, logins, await measureRows(database, extent)))
    }
    return measurements
  } finally {
    await caller.close()
    await pool.end()
    file.close()
    rmSync(folder, { recursive: true })
    await fleet.stop()
  }
}

/**
 * Nanoseconds of all threads for a row, one for each round.
 *
 * @param {SqlDatabase} database
 * @param {{ readonly rounds: number, readonly rows: number }} extent
 * @returns {Promise<readonly number[]>}
 */
async function measureRows(database, { rounds, rows }) {
  const keys = auditKeysOf([randomBytes(32)])
  const log = { error: () => undefined }
  const audit = await createAudit({ database, keys, log, writer: theService })
  await audit.open()
  const found = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    for (let at = 0; at < rows; at++) await audit.sink.take(login(at))
    const { user, system } = process.cpuUsage(before)
    found.push(((user + system) * 1000) / rows)
  }
  await audit.close()
  return found
}

/** @param {number} at @returns {import('../../apps/auth-service/dist/events/event.js').RecordedEvent} */
function login(at) {
  const id = randomBytes(16).toString('base64url')
  return {
    ...{ id, at: Date.now() / 1000, kind: 'user.login', result: 'done', client: 'first-party' },
    actor: { kind: 'user', id: `user-${String(at % 100)}`, name: 'somebody@example.com' },
    sid: id,
    from: { address: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101' },
  }
}

/**
 * @param {string} name
 * @param {readonly number[]} logins
 * @param {readonly number[]} rows
 * @returns {Measurement}
 */
function reportOf(name, logins, rows) {
  const row = quantile(rows, 0.5)
  const share = (100 * row) / (quantile(logins, 0.5) - row)
  return {
    suite: 'audit',
    name: `audit: a login, processor, row in ${name}`,
    note: `a row takes ${(row / 1000).toFixed(0)} µs of the processor, ${share.toFixed(2)} % of a login without it`,
    base: without,
    times: new Map([
      ['jotgate', logins],
      [without, logins.map((each) => each - row)],
    ]),
  }
}
