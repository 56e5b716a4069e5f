import { busy, RequestFault } from '../foundation/faults.js'
import { openHashingThreads } from './hashing/hashing-threads.js'
import { readHash } from './hashing/stored-hash.js'

/** argon2id with OWASP's parameters: 19 MiB, two passes, one lane; 16 random bytes of salt. PHC strings. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Longest password in bytes; a longer one is refused before it is hashed. */
export const longestPassword = 1024

/** At most this many waiting; the next one is told to come back. */
const backlog = 64

/** What is being hashed. */
export interface HashingLoad {
  readonly running: number
  readonly waiting: number
  /** Since the start. */
  readonly done: number
}

/** Hashes and checks passwords, a few at a time. */
export interface Passwords {
  /**
   * Does what ends in a check when its turn comes: before that neither the limits nor the database are asked, or a crowd
   * makes all others wait for those. Who finds too many waiting is told so at once.
   *
   * @throws RequestFault BUSY with `Retry-After`; whatever `work` throws
   */
  admit<T>(work: () => Promise<T>): Promise<T>
  /**
   * For what is going to ask `admit`, before it is even read: of a crowd most are turned away in a row, and what comes after
   * them waits for that.
   *
   * @throws RequestFault BUSY with `Retry-After` when as many wait as may
   */
  readonly checkRoom: () => void
  hash(password: string): Promise<string>
  /**
   * Whether the password fits; takes the same time when there is no hash to compare with. Who is gone when the turn
   * comes is not hashed for.
   */
  check(password: string, phc: string | undefined, isGone?: () => boolean): Promise<boolean>
  /** Whether a hash was made with less than new ones are: it is replaced when its password is next at hand. */
  isOutdated(phc: string): boolean
  /** How many are being hashed at this moment, and how many wait. */
  load(): HashingLoad
}

/**
 * Builds the hashing queue.
 *
 * @example if (!(await passwords.check(password, user?.passwordHash))) throw new RequestFault('LOGIN_REFUSED')
 */
export async function createPasswords(): Promise<Passwords> {
  const threads = openHashingThreads()
  // Twice as many as hash: while one is hashed for, what the next one needs is looked up.
  const admission = createQueue(2 * threads.count)
  const queue = createQueue(threads.count)
  const hash = (password: string) => threads.hash({ text: prepare(password), parameters })
  // What unknown users are compared with, so that they cost what known ones cost.
  const nobody = await hash('nobody has this password')
  return {
    admit: admission,
    checkRoom: admission.checkRoom,
    hash: (password) => queue(() => hash(password)),
    check: async (password, phc, isGone = () => false) => {
      const spellings = [...new Set([prepare(password), password])]
      const matches = await queue(() => {
        if (isGone()) throw new RequestFault('BUSY')
        return threads.check({ spellings, phc: phc ?? nobody })
      })
      return matches && phc !== undefined
    },
    isOutdated,
    load: () => {
      const { running, waiting, done } = queue.load()
      return { running, waiting: waiting + admission.load().waiting, done }
    },
  }
}

function isOutdated(phc: string): boolean {
  const stored = readHash(phc)
  if (stored?.kind !== 'argon2' || stored.variant !== 'argon2id') return true
  return stored.memory < parameters.memoryCost || stored.passes < parameters.timeCost
}

/** One spelling for one password, whatever the keyboard sent (NIST SP 800-63B-4 section 3.1.1.2). */
export function prepare(password: string): string {
  return password.normalize('NFKC')
}

interface Queue {
  <T>(job: () => Promise<T>): Promise<T>
  readonly checkRoom: () => void
  load(): HashingLoad
}

/** That many jobs at once; the next ones wait, and too many are turned away. */
function createQueue(concurrency: number): Queue {
  const waiting: (() => void)[] = []
  let running = 0
  let done = 0
  const checkRoom = (): void => {
    if (waiting.length >= backlog) throw busy()
  }
  const run = async <T>(job: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      checkRoom()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running++
    }
    try {
      return await job()
    } finally {
      done++
      const next = waiting.shift()
      if (next)
        next() // hands its place on
      else running--
    }
  }
  return Object.assign(run, { checkRoom, load: () => ({ running, waiting: waiting.length, done }) })
}
