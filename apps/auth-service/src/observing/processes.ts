import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { RevocationStatus } from 'jotgate/extend'
import { migrate, type Schema, type SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { sharedAddressNote, type SharedAddress } from './shared-address.js'
import type { Traffic } from './traffic.js'
import { createWriteProof } from './write-proof.js'

/** The table, by its versions. */
export const processSchema: Schema = {
  part: 'service_processes',
  versions: [
    {
      adds: 'What each process last wrote about itself.',
      statements: [
        // The table as it was created before its versions had numbers.
        `CREATE TABLE IF NOT EXISTS service_processes (
           id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, report TEXT NOT NULL)`,
      ],
    },
  ],
}

const bin = z.object({
  at: z.number(),
  accepted: z.number(),
  refused: z.record(z.string(), z.number()),
  latency: z.array(z.number()),
})

const report = z.object({
  host: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  ready: z.boolean(),
  entries: z.number(),
  /** Seconds; absent before the first heartbeat. */
  staleness: z.number().optional(),
  /** Accounts that have logged in from one address; absent while they have not. */
  sharedAddress: z.number().optional(),
  bins: z.array(bin),
})

const row = z.object({ id: z.string(), seen_at: z.coerce.number(), report: z.string() })

/** The last report of one process of the service. Times are Unix seconds. */
export interface ProcessReport extends z.infer<typeof report> {
  readonly id: string
  readonly seenAt: number
  /** Whether it is the process that answers. */
  readonly current: boolean
}

/** The processes that share one database. */
export interface Processes {
  /** The processes seen within the last half minute. @throws AuthError STORE_UNAVAILABLE */
  list(): Promise<readonly ProcessReport[]>
  /** Whether the database takes the reports of this process: a write for each second in which this is asked, at most. */
  canWrite(): Promise<boolean>
  /** Removes this process from the list. */
  close(): Promise<void>
}

/** Options of {@link createProcesses}. */
export interface ProcessParts {
  readonly database: SqlDatabase
  /** The same database, with the deadline of a start; default: `database`. */
  readonly starting?: SqlDatabase
  readonly traffic: Traffic
  readonly shared: Pick<SharedAddress, 'accounts'>
  readonly revocations: () => RevocationStatus
  readonly log: Logger
}

const everyMs = 5000
/** Seconds without a report after which a process counts as gone. */
const patience = 30

/**
 * Writes a report of this process every five seconds, which all processes of the service can read. The pages of
 * administrators use it, and readiness, which asks whether a write succeeds.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function createProcesses(parts: ProcessParts): Promise<Processes> {
  const { database, starting = database, log } = parts
  await migrate(starting, processSchema)
  const id = randomBytes(9).toString('base64url')
  const self = createSelf(parts)
  const write = (db: SqlDatabase) => writeReport(db, id, JSON.stringify(self()))
  await write(starting)
  const proof = createWriteProof({
    write: () => write(database),
    onFault: (error) => {
      log.warn({ err: error }, 'could not write the report of this process')
    },
  })
  const warn = createWarning(parts)
  const timer = setInterval(() => {
    warn()
    void proof.write()
  }, everyMs).unref()
  return {
    list: async () => {
      const rows = await database.query('SELECT id, seen_at, report FROM service_processes')
      const others = rows.flatMap(toReport).filter((each) => each.id !== id && isThere(each))
      return [{ ...self(), id, seenAt: seconds(), current: true }, ...others]
    },
    canWrite: () => proof.holds(),
    close: async () => {
      clearInterval(timer)
      await database
        .query('DELETE FROM service_processes WHERE id = $1', [id])
        .catch((error: unknown) => {
          log.warn({ err: error }, 'could not remove the report of this process')
        })
    },
  }
}

/** Writes the report of a process, and deletes those of processes that are gone. */
async function writeReport(db: SqlDatabase, id: string, text: string): Promise<void> {
  await db.query(
    `INSERT INTO service_processes (id, seen_at, report) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, report = excluded.report`,
    [id, seconds(), text],
  )
  await db.query('DELETE FROM service_processes WHERE seen_at < $1', [seconds() - patience])
}

/** Says once, and again when it was over meanwhile, that nearly all accounts log in from one address. */
function createWarning({ shared, log }: ProcessParts): () => void {
  let isSaid = false
  return () => {
    const accounts = shared.accounts()
    if (accounts !== undefined && !isSaid) log.warn({ accounts }, sharedAddressNote(accounts))
    isSaid = accounts !== undefined
  }
}

function createSelf({ traffic, shared, revocations }: ProcessParts): () => z.infer<typeof report> {
  const startedAt = seconds()
  return () => {
    const { ready, entries, staleness } = revocations()
    const sharedAddress = shared.accounts()
    return {
      ...{ host: hostname(), pid: process.pid, startedAt, ready, entries },
      ...(staleness === undefined ? {} : { staleness }),
      ...(sharedAddress === undefined ? {} : { sharedAddress }),
      bins: [...traffic.bins()] as z.infer<typeof bin>[],
    }
  }
}

/** Empty for a row that another version of the service has written in another form. */
function toReport(fields: unknown): ProcessReport[] {
  const { id, seen_at, report: text } = row.parse(fields)
  const parsed = report.safeParse(JSON.parse(text))
  return parsed.success ? [{ ...parsed.data, id, seenAt: seen_at, current: false }] : []
}

const seconds = (): number => Math.floor(Date.now() / 1000)
const isThere = ({ seenAt }: ProcessReport): boolean => seenAt >= seconds() - patience
