import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { check, Comparison, hash, NewHash } from './hashing-thread.js'

/** A function of the worker threads, callable from here. */
type Asked<Job extends (question: never) => unknown> = (
  question: Parameters<Job>[0],
) => Promise<ReturnType<Job>>

/** Threads that only hash. */
export interface HashingThreads {
  /** Number of threads, and so of concurrent hashes. */
  readonly count: number
  readonly hash: Asked<typeof hash>
  readonly check: Asked<typeof check>
}

/**
 * One per core, with lower priority: a core with a request to answer pauses its hash. In the four shared threads of
 * libuv a storm of logins would make every request wait. The priority is not the lowest: on a machine that is busy with
 * other programs, logins would never finish.
 *
 * @example await openHashingThreads().check({ spellings: [password], phc })
 */
export function openHashingThreads(): HashingThreads {
  const count = availableParallelism()
  const pool = new Piscina<NewHash | Comparison, unknown>({
    filename: fileURLToPath(new URL('./hashing-thread.js', import.meta.url)),
    minThreads: 1,
    maxThreads: count,
    idleTimeout: 60_000, // milliseconds until all idle threads except one end
    niceIncrement: 5, // a third of the share of the thread that answers
  })
  return {
    count,
    hash: async (question) => String(await pool.run(question, { name: 'hash' })),
    check: async (question) => (await pool.run(question, { name: 'check' })) === true,
  }
}
