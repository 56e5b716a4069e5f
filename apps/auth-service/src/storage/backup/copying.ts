import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { SetupFault } from '../../foundation/setup-fault.js'
import type { CopyJob, CopyNews } from './copy-thread.js'
import type { DatabaseSummary } from './database-summary.js'

/** Options of {@link copyDatabase}. */
export interface CopyParts extends CopyJob {
  /** Called with a line for the operator every few seconds while a big file is copied and checked. */
  readonly onProgress: (line: string) => void
}

/** Milliseconds between two lines of progress. A small database is done before the first. */
const everyMs = 3000

/**
 * Copies a SQLite file that may be in use to an empty file, and checks the copy from end to end; without `from` it only
 * checks. Runs in a thread. A copy that fails leaves a part of the file behind.
 *
 * @throws SetupFault saying what is wrong with the file
 * @example const { users } = await copyDatabase({ from: data.database, to: draft, onProgress: console.error })
 */
export function copyDatabase({ from, to, onProgress }: CopyParts): Promise<DatabaseSummary> {
  const job: CopyJob = { from, to }
  const worker = new Worker(new URL('./copy-thread.js', import.meta.url), { workerData: job })
  let bytes: number | undefined
  const timer = setInterval(() => {
    onProgress(bytes === undefined ? 'checking' : `copied ${shareOf(to, bytes)}`)
  }, everyMs)
  return outcomeOf(worker, (news) => {
    if (news.kind === 'began') bytes = news.bytes
    if (news.kind === 'copied') bytes = undefined
  }).finally(() => {
    clearInterval(timer)
  })
}

/** Settles when the thread has ended, and so has closed both files. */
function outcomeOf(worker: Worker, listen: (news: CopyNews) => void): Promise<DatabaseSummary> {
  let last: CopyNews | undefined
  return new Promise((resolve, reject) => {
    worker.on('message', (news: CopyNews) => {
      last = news
      listen(news)
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      if (last?.kind === 'checked') resolve(last.summary)
      else reject(new SetupFault(last?.kind === 'failed' ? last.reason : 'the copying was cut off'))
    })
  })
}

function shareOf(path: string, bytes: number): string {
  const done = statSync(path).size
  const percent = bytes === 0 ? 100 : Math.min(100, Math.floor((done / bytes) * 100))
  return `${String(percent)}% of ${inMegabytes(bytes)}`
}

/**
 * A size for people.
 *
 * @example inMegabytes(64_847_872) // '64.8 MB'
 */
export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
