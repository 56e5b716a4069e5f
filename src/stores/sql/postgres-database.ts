import { askStore } from '../../foundation/ask-store.js'
import { createServerClock, type ServerClock } from '../server-clock.js'
import {
  unlessLate,
  type SqlDatabase,
  type SqlRow,
  type SqlStatement,
  type SqlValue,
} from './database.js'
import { statementNames } from './statement-names.js'

/** The part of a connection of `pg` that is used. */
export interface PostgresClient {
  /** Under a name the connection keeps the statement prepared. */
  query(config: { name?: string; text: string; values?: SqlValue[] }): Promise<PostgresResult>
  /** Gives the connection back; with an error it is closed instead. */
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

/** How a database of PostgreSQL is used. */
export interface PostgresLimits {
  /** Where tables are looked for and made; the server's own search path when there is none. */
  readonly schema: string | undefined
  /** Milliseconds for one statement, waiting for a connection included. */
  readonly deadlineMs: number
}

/**
 * A pool of `pg` as {@link SqlDatabase}. Each statement is given up by the server when its deadline is over
 * (`statement_timeout`, set once for each connection), and by this process whatever the server does: the connection is
 * then closed and its transaction with it.
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
 * A statement that lay on its way for long finds no row. So does one whose row is not there, or for which the server's
 * clock was not known well: the clock tells.
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
  throw new Error('the statement came too late to run')
}

const clockText = 'SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS clock'

/** One for each connection: what is on its other end does not change. */
const clocks = new WeakMap<PostgresClient, ServerClock>()

function clockOf(client: PostgresClient): ServerClock {
  const clock = clocks.get(client) ?? createServerClock(() => performance.now())
  clocks.set(client, clock)
  return clock
}

/** Puts one statement to a connection. */
type Ask = (statement: SqlStatement) => Promise<readonly SqlRow[]>

async function ask(
  client: PostgresClient,
  { text, params = [] }: SqlStatement,
): Promise<readonly SqlRow[]> {
  return toRows(await client.query({ text, values: [...params] }))
}

/**
 * Parsing and planning a rotation takes the server several times as long as doing it. When a table has got another
 * column, what a connection has prepared is refused before it has done anything, and goes on without a name.
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
    if (!(error instanceof Error && 'code' in error && error.code === planOutdated)) throw error
    outdated.add(client)
    return ask(client, statement)
  }
}

/** Connections whose prepared statements were made for tables as they no longer are. */
const outdated = new WeakSet<PostgresClient>()

/** SQLSTATE of "cached plan must not change result type". */
const planOutdated = '0A000'

/** How each connection is set: a pool may have several stores over it. */
const sessions = new WeakMap<PostgresClient, string>()

/** For a transaction, which may make tables: as long as whoever starts a service waits. */
const batchMs = 20_000

/** How a connection is set before its first use. */
export function sessionText({ schema, deadlineMs }: PostgresLimits): string {
  const timeout = `SET statement_timeout = ${String(deadlineMs)}`
  return schema === undefined ? timeout : `${timeout}; SET search_path TO ${quoteName(schema)}`
}

/** A name as PostgreSQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What fails leaves the transaction to the connection's end. */
async function transact(client: PostgresClient, batch: readonly SqlStatement[]): Promise<void> {
  await client.query({ text: `BEGIN; SET LOCAL statement_timeout = ${String(batchMs)}` })
  for (const statement of batch) await ask(client, statement)
  await client.query({ text: 'COMMIT' })
}

/**
 * Lends a connection to the work for at most that long. One that saw an error, or whose time was over, is closed; one that
 * came too late for anything to be asked goes back as it was. Were it closed too, a crowd that waits in vain would have
 * each of them opened anew, and wait the longer for it.
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
      if (over || performance.now() >= endsAt) throw new Error('a connection came too late')
      asked = true
      return work(client, endsAt)
    })
  } catch (error) {
    if (asked) failure = error instanceof Error ? error : new Error('a statement failed')
    throw error
  } finally {
    over = true
    // It may be lent after its time is over.
    lending.then(
      (client) => {
        client.release(failure)
        client.removeListener('error', toldElsewhere)
      },
      () => undefined,
    )
  }
}

/** A lent connection that is lost fails its statement, and emits an error besides that would end the process. */
const toldElsewhere = (): void => undefined

/** `pg` gives BIGINT as text. Here it is a number where that holds it exactly. */
const bigint = 20

/** Rows as the stores take them. */
export function toRows({ rows, fields }: PostgresResult): readonly SqlRow[] {
  const bigints = fields.filter(({ dataTypeID }) => dataTypeID === bigint).map(({ name }) => name)
  return rows.map((row) => {
    const columns = { ...(row as Record<string, unknown>) } // pg gives one object a row
    for (const name of bigints) columns[name] = toNumber(columns[name])
    return columns
  })
}

function toNumber(value: unknown): unknown {
  const number = typeof value === 'string' ? Number(value) : value
  return Number.isSafeInteger(number) ? number : value
}
