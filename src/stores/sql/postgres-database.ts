import { askStore } from '../../foundation/ask-store.js'
import { processWide } from '../../foundation/process-wide.js'
import { createServerClock, type ServerClock } from '../server-clock.js'
import {
  unlessLate,
  type SqlDatabase,
  type SqlRow,
  type SqlStatement,
  type SqlValue,
} from './database.js'
import { statementNames } from './statement-names.js'
import { codeOf, isError } from '../../foundation/realms.js'

/** The part of a connection of `pg` that is used. */
export interface PostgresClient {
  /** With a name, the connection keeps the statement prepared. */
  query(config: { name?: string; text: string; values?: SqlValue[] }): Promise<PostgresResult>
  /** Returns the connection to the pool; with an error it is closed instead. */
  release(error?: Error): void
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'notification' | 'end', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
}

/** The part of an answer of `pg` that is used. */
export interface PostgresResult {
  readonly rows: unknown[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** The part of a `Pool` of `pg` that is used. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>
}

/** Settings for a PostgreSQL database. */
export interface PostgresLimits {
  /** The schema of the tables; undefined: the server's own search path. */
  readonly schema: string | undefined
  /** Milliseconds for one statement, including the wait for a connection. */
  readonly deadlineMs: number
}

/**
 * A pool of `pg` as {@link SqlDatabase}. The server stops each statement after its deadline (`statement_timeout`, set
 * once for each connection), and so does this process, whatever the server does: it then closes the connection, and its
 * transaction with it.
 */
export function postgresDatabase(pool: PostgresPool, limits: PostgresLimits): SqlDatabase {
  const session = sessionText(limits)
  const nameOf = statementNames(session)
  const prepare = async (client: PostgresClient): Promise<void> => {
    if (sessions.get(client) === session) return
    sessions.delete(client)
    await client.query({ text: session })
    sessions.set(client, session)
  }
  return {
    query: (text, params = []) =>
      withConnection(pool, limits.deadlineMs, async (client, endsAt) => {
        await prepare(client)
        const askPrepared: Ask = (asked) => askByName(client, nameOf(asked.text), asked)
        if (!text.includes(unlessLate)) return askPrepared({ text, params })
        return askBefore(endsAt, { clock: clockOf(client), ask: askPrepared }, { text, params })
      }),
    batch: (statements) =>
      withConnection(pool, batchMs, async (client) => {
        await prepare(client)
        await transact(client, statements)
      }),
  }
}

/**
 * A statement that arrives too late matches no row. So does one whose row does not exist, or that used a poor estimate
 * of the server's clock: the returned clock tells which.
 */
async function askBefore(
  endsAt: number,
  { clock, ask }: { readonly clock: ServerClock; readonly ask: Ask },
  { text, params = [] }: SqlStatement,
): Promise<readonly SqlRow[]> {
  const inTime = `AND clock_timestamp() <= to_timestamp($${String(params.length + 1)}::BIGINT / 1000.0)`
  const timed = text.replace(unlessLate, inTime)
  while (performance.now() < endsAt) {
    const last = clock.timeAt(endsAt)
    const rows = await ask({ text: timed, params: [...params, last] })
    if (rows.length > 0) return rows
    const [row] = await ask({ text: clockText })
    const shown = Number(row?.['clock'])
    if (shown <= last) return rows
    clock.note(shown)
  }
  throw new Error('the statement arrived after its deadline')
}

/** The server's clock in milliseconds, as `clock`. */
export const clockText =
  'SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS clock'

/** One for each connection, which always leads to the same server. */
const clocks = new WeakMap<PostgresClient, ServerClock>()

function clockOf(client: PostgresClient): ServerClock {
  const clock = clocks.get(client) ?? createServerClock(() => performance.now())
  clocks.set(client, clock)
  return clock
}

/** Sends one statement over a connection. */
type Ask = (statement: SqlStatement) => Promise<readonly SqlRow[]>

async function ask(
  client: PostgresClient,
  { text, params = [] }: SqlStatement,
): Promise<readonly SqlRow[]> {
  return toRows(await client.query({ text, values: [...params] }))
}

/**
 * Parsing and planning a rotation takes the server several times as long as running it. When a table gets another
 * column, the server refuses a connection's prepared statements before they have any effect; it then continues without
 * a name.
 */
async function askByName(
  client: PostgresClient,
  name: string | undefined,
  statement: SqlStatement,
): Promise<readonly SqlRow[]> {
  if (name === undefined || outdated.has(client)) return ask(client, statement)
  const { text, params = [] } = statement
  try {
    return toRows(await client.query({ name, text, values: [...params] }))
  } catch (error) {
    if (codeOf(error) !== planOutdated) throw error
    outdated.add(client)
    return ask(client, statement)
  }
}

/** Connections whose prepared statements are outdated by a change of the tables. */
const outdated = new WeakSet<PostgresClient>()

/** SQLSTATE of "cached plan must not change result type". */
const planOutdated = '0A000'

/** The settings of each connection: several stores may share a pool, and be of different copies of this package. */
const sessions = processWide('postgres-sessions/1', () => new WeakMap<PostgresClient, string>())

/** Milliseconds for a transaction, which may create tables: as long as a service may take to start. */
const batchMs = 20_000

/** The settings of a connection before its first use. */
export function sessionText({ schema, deadlineMs }: PostgresLimits): string {
  const timeout = `SET statement_timeout = ${String(deadlineMs)}`
  return schema === undefined ? timeout : `${timeout}; SET search_path TO ${quoteName(schema)}`
}

/** Quotes a name for PostgreSQL, whatever it contains. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** After an error the connection is closed, which ends the transaction. */
async function transact(client: PostgresClient, batch: readonly SqlStatement[]): Promise<void> {
  await client.query({ text: `BEGIN; SET LOCAL statement_timeout = ${String(batchMs)}` })
  for (const statement of batch) await ask(client, statement)
  await client.query({ text: 'COMMIT' })
}

/**
 * Lends a connection to the work for a limited time. After an error or a timeout it is closed. A connection that
 * arrives too late to be used goes back unchanged: if it were closed, each of many waiting callers would have one
 * opened anew, and all would wait longer.
 */
async function withConnection<T>(
  pool: PostgresPool,
  ms: number,
  work: (client: PostgresClient, endsAt: number) => Promise<T>,
): Promise<T> {
  const endsAt = performance.now() + ms
  const lending = pool.connect()
  let [asked, over] = [false, false]
  let failure: Error | undefined
  try {
    return await askStore(ms, async () => {
      const client = await lending
      client.on('error', toldElsewhere)
      if (over || performance.now() >= endsAt) throw new Error('a connection became free too late')
      asked = true
      return work(client, endsAt)
    })
  } catch (error) {
    if (asked) failure = isError(error) ? error : new Error('a statement failed')
    throw error
  } finally {
    over = true
    // It may be lent after the time is over.
    lending.then(
      (client) => {
        client.release(failure)
        client.removeListener('error', toldElsewhere)
      },
      () => undefined,
    )
  }
}

/** A lost connection fails its statement, and also emits an error that would end the process. */
const toldElsewhere = (): void => undefined

/** Type number of BIGINT, which `pg` returns as text. It becomes a number if that is exact. */
const bigint = 20

/** Rows in the form that the stores use. */
export function toRows({ rows, fields }: PostgresResult): readonly SqlRow[] {
  const bigints = fields.filter(({ dataTypeID }) => dataTypeID === bigint).map(({ name }) => name)
  return rows.map((row) => {
    const columns = { ...(row as Record<string, unknown>) } // pg returns one object per row
    for (const name of bigints) columns[name] = toNumber(columns[name])
    return columns
  })
}

function toNumber(value: unknown): unknown {
  const number = typeof value === 'string' ? Number(value) : value
  return Number.isSafeInteger(number) ? number : value
}
