import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { check, Comparison, hash, NewHash } from './hashing-thread.js'

/** A function of the threads, from here. */
type Asked<Job extends (question: never) => unknown> = (
  question: Parameters<Job>[0],
) => Promise<ReturnType<Job>>

/** Threads that do nothing but hash. */
export interface HashingThreads {
  /** How many there are: that many hashes at once. */
  readonly count: number
  readonly hash: Asked<typeof hash>
  readonly check: Asked<typeof check>
}

/**
 * One a core, of lower priority: a core that has a request to answer leaves its hash for so long. In the four threads of
 * libuv, which all else shares, a storm of logins made every request wait. Not of the lowest: where other programs keep
 * the cores busy, nobody could log in.
 *
 * @example await openHashingThreads().check({ spellings: [password], phc })
 */
export function openHashingThreads(): HashingThreads {
  const count = availableParallelism()
  const pool = new Piscina<NewHash | Comparison, unknown>({
    filename: fileURLToPath(new URL('./hashing-thread.js', import.meta.url)),
    minThreads: 1,
    maxThreads: count,
    idleTimeout: 60_000, // milliseconds until all but one of those with nothing to do end
    niceIncrement: 5, // a third of the share of what answers
  })
  return {
    count,
    hash: async (question) => String(await pool.run(question, { name: 'hash' })),
    check: async (question) => (await pool.run(question, { name: 'check' })) === true,
  }
}
