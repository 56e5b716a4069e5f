import { hash } from '@node-rs/argon2'
import { RequestFault } from './faults.js'
import { checkHash } from './hashes/check-hash.js'
import { readHash } from './hashes/stored-hash.js'

/** argon2id with OWASP's parameters: 19 MiB, two passes, one lane; 16 random bytes of salt. PHC strings. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Longest password in bytes; a longer one is refused before it is hashed. */
export const longestPassword = 1024

/** At most this many hashes at once: they share libuv's four threads with everything else. */
const concurrency = 2
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
  const queue = createQueue()
  // What unknown users are compared with, so that they cost what known ones cost.
  const nobody = await hash('nobody has this password', parameters)
  return {
    hash: (password) => queue(() => hash(prepare(password), parameters)),
    check: async (password, phc, isGone = () => false) => {
      const matches = await queue(async () => {
        if (isGone()) throw new RequestFault('BUSY')
        return fits(password, phc ?? nobody)
      })
      return matches && phc !== undefined
    },
    isOutdated,
    load: () => queue.load(),
  }
}

/** Hashes from elsewhere were made from what was typed, in whichever spelling. */
async function fits(password: string, phc: string): Promise<boolean> {
  const prepared = prepare(password)
  if (await checkHash(prepared, phc)) return true
  return prepared !== password && checkHash(password, phc)
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
  load(): HashingLoad
}

function createQueue(): Queue {
  const waiting: (() => void)[] = []
  let running = 0
  let done = 0
  const run = async <T>(job: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= backlog)
        throw new RequestFault('BUSY', undefined, { 'retry-after': '2' })
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
  return Object.assign(run, { load: () => ({ running, waiting: waiting.length, done }) })
}
