import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { pino } from 'pino'
import { afterEach, expect } from 'vitest'
import type { Delivery, Outcome } from '../../../apps/auth-service/src/outbox/message.js'
import {
  createOutbox,
  type Outbox,
  type OutboxParts,
} from '../../../apps/auth-service/src/outbox/outbox.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { startPostgres } from '../../setup/postgres.js'

export type Kind = OutboxParts['kind']
export const kinds: readonly Kind[] = ['sqlite', 'postgres']

/** An empty database, and how to remove it. */
export interface OwnDatabase {
  readonly database: SqlDatabase
  /** For another process: the path of the file, or `URL#SCHEMA`. */
  readonly place: string
  readonly remove: () => Promise<void>
}

export async function openDatabase(kind: Kind): Promise<OwnDatabase> {
  if (kind === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'jotgate-outbox-'))
    const place = join(folder, 'outbox.db')
    const client = await openSqlite(place, { busyTimeoutMs: 10_000 })
    const remove = () => {
      client.close()
      rmSync(folder, { recursive: true })
      return Promise.resolve()
    }
    return { database: sqliteDatabase(client), place, remove }
  }
  const { url, stop } = await startPostgres()
  const schema = `outbox_${randomBytes(6).toString('hex')}`
  const pool = new Pool({ connectionString: url, max: 4 })
  await pool.query(`CREATE SCHEMA ${schema}`)
  const remove = async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
    await stop()
  }
  const database = postgresDatabase(pool, { schema, deadlineMs: 60_000 })
  return { database, place: `${url}#${schema}`, remove }
}

/** A clock that is moved by hand, in milliseconds. */
export function createClock(start = 1_700_000_000_000) {
  let at = start
  return {
    now: () => at,
    advance: (ms: number) => {
      at += ms
    },
  }
}

/** A topic whose deliveries end as `answer` says, and all that was delivered. */
export function recorder(answer: (delivery: Delivery) => Outcome | Promise<Outcome>) {
  const sent: Delivery[] = []
  return {
    sent,
    ids: () => sent.map(({ id }) => id),
    handler: {
      serves: () => true,
      send: (delivery: Delivery): Promise<Outcome> => {
        sent.push(delivery)
        return Promise.resolve(answer(delivery))
      },
    },
  }
}

export const delivered: Outcome = { kind: 'delivered' }
export const failed: Outcome = { kind: 'failed', problem: 'it is down' }
export const silent = pino({ level: 'silent' })

/** Databases with outboxes over them, which are closed after the test. */
export function useOutboxes() {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  return async (kind: Kind) => {
    const { database, remove } = await openDatabase(kind)
    closing.push(remove)
    const clock = createClock()
    const { now } = clock
    return {
      ...{ database, clock },
      start: async (limits: OutboxParts['limits'] = {}): Promise<Outbox> => {
        const few = { patience: 50, ...limits }
        const outbox = await openOutbox({ database, kind, now, limits: few })
        closing.push(() => outbox.close())
        return outbox
      },
      rows: (columns = 'id, attempts') =>
        database.query(`SELECT ${columns} FROM service_outbox ORDER BY id`),
    }
  }
}

/** Has the outbox look, after the clock was moved, again and again until the assertion holds. */
export const eventually = (outbox: Outbox, assert: () => unknown) =>
  expect
    .poll(async () => {
      outbox.wake()
      await assert()
      return true
    })
    .toBe(true)

/** Opens an outbox that looks for messages of others only when a test has it look. */
export function openOutbox(
  parts: Pick<OutboxParts, 'database' | 'kind'> & Partial<OutboxParts>,
): Promise<Outbox> {
  const limits = { lookEvery: 3_600_000, ...parts.limits }
  return createOutbox({ log: silent, random: () => 0, ...parts, limits })
}

export const message = (id: string, target = 'one') => ({
  ...{ id, target, topic: 'test', body: `the body of ${id}` },
})
