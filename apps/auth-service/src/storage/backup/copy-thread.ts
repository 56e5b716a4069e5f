/** The worker of copying.ts: SQLite copies and checks a whole file in one call, and blocks its thread meanwhile. */
import { parentPort, workerData } from 'node:worker_threads'
import { sqliteDatabase, type SqliteClient } from 'jotgate/stores/sqlite'
import { SetupFault } from '../../foundation/setup-fault.js'
import { openOwnFile } from '../open-own-file.js'
import { reasonOf } from '../start/passing.js'
import { summarize, type DatabaseSummary } from './database-summary.js'

/** What the thread does: it copies `from` to `to`, an empty file, unless there is no `from`; then it checks `to`. */
export interface CopyJob {
  readonly from: string | undefined
  readonly to: string
}

/** What the thread says, one after another. */
export type CopyNews =
  | { readonly kind: 'began'; readonly bytes: number }
  | { readonly kind: 'copied' }
  | { readonly kind: 'checked'; readonly summary: DatabaseSummary }
  | { readonly kind: 'failed'; readonly reason: string }

/** Milliseconds: this thread may block, unlike one that answers requests. */
const patienceMs = 5000

async function run({ from, to }: CopyJob): Promise<void> {
  if (from !== undefined) await copy(from, to)
  say({ kind: 'checked', summary: await check(to) })
}

/** One read transaction: the copy is one state of the file, and nothing that writes to it waits. */
async function copy(from: string, to: string): Promise<void> {
  const source = await openOwnFile(from)
  try {
    source.exec(`PRAGMA busy_timeout = ${String(patienceMs)}`)
    say({ kind: 'began', bytes: number(source, 'page_count') * number(source, 'page_size') })
    source.prepare('VACUUM INTO ?1').all(to)
    say({ kind: 'copied' })
  } finally {
    source.close()
  }
}

async function check(path: string): Promise<DatabaseSummary> {
  const client = await openOwnFile(path)
  try {
    const [first] = client.prepare('PRAGMA integrity_check(1)').all()
    if (valueOf(first, 'integrity_check') !== 'ok') throw new Error('the file is damaged')
    const summary = await summarize(sqliteDatabase(client))
    // One file, without another beside it: until it is in use.
    client.exec('PRAGMA journal_mode = DELETE')
    return summary
  } finally {
    client.close()
  }
}

function number(client: SqliteClient, pragma: 'page_count' | 'page_size'): number {
  return Number(valueOf(client.prepare(`PRAGMA ${pragma}`).all()[0], pragma))
}

function valueOf(row: unknown, column: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined
}

function say(news: CopyNews): void {
  parentPort?.postMessage(news)
}

const job = workerData as CopyJob // what copying.ts has handed in
run(job).catch((error: unknown) => {
  const reason = error instanceof SetupFault ? error.message : reasonOf(error)
  say({ kind: 'failed', reason })
})
