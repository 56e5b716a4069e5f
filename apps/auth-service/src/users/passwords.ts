import { RequestFault } from '../foundation/faults.js'
import { createQueue, type QueueLoad } from '../limits/queue.js'
import { openHashingThreads } from './hashing/hashing-threads.js'
import { readHash } from './hashing/stored-hash.js'

/** argon2id with OWASP's parameters: 19 MiB, two passes, one lane; 16 random bytes of salt. PHC strings. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Longest password in bytes; a longer one is refused before it is hashed. */
export const longestPassword = 1024

/** Hashes and checks passwords, a few at a time. */
export interface Passwords {
  /** Number of concurrent hashes. */
  readonly atOnce: number
  /** @throws RequestFault BUSY with `Retry-After` when too many wait */
  hash(password: string): Promise<string>
  /**
   * Whether the password is right. Without a PHC string it is wrong, after the same time.
   *
   * @param isGone whether the caller has disconnected by the time a thread is free: then nothing is hashed
   * @throws RequestFault BUSY when too many wait, or the caller has disconnected
   */
  check(password: string, phc: string | undefined, isGone?: () => boolean): Promise<boolean>
  /** Whether a hash was made with weaker parameters than new ones: it is replaced at the next login. */
  isOutdated(phc: string): boolean
  load(): QueueLoad
}

/**
 * Builds the hashing queue.
 *
 * @example if (!(await passwords.check(password, user?.passwordHash))) throw new RequestFault('LOGIN_REFUSED')
 */
export async function createPasswords(): Promise<Passwords> {
  const threads = openHashingThreads()
  const queue = createQueue(threads.count)
  const hash = (password: string) => threads.hash({ text: prepare(password), parameters })
  // Checked when there is no account, so that unknown users take the same time as known ones.
  const unused = await hash('nobody has this password')
  return {
    atOnce: threads.count,
    hash: (password) => queue.run(() => hash(password)),
    check: async (password, phc, isGone = () => false) => {
      const spellings = [...new Set([prepare(password), password])]
      const matches = await queue.run(() => {
        if (isGone()) throw new RequestFault('BUSY')
        return threads.check({ spellings, phc: phc ?? unused })
      })
      return matches && phc !== undefined
    },
    isOutdated,
    load: () => queue.load(),
  }
}

function isOutdated(phc: string): boolean {
  const stored = readHash(phc)
  if (stored?.kind !== 'argon2' || stored.variant !== 'argon2id') return true
  return stored.memory < parameters.memoryCost || stored.passes < parameters.timeCost
}

/** One spelling of each password, whatever the keyboard sent (NIST SP 800-63B-4 section 3.1.1.2). */
export function prepare(password: string): string {
  return password.normalize('NFKC')
}
