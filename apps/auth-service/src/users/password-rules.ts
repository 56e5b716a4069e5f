import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Configuration } from '../configuration/configuration.js'
import { busy } from '../foundation/faults.js'
import type { Guessed, guesses } from './guessing-thread.js'
import { longestPassword, prepare } from './passwords.js'

/** Least characters of a password that is the only factor (NIST SP 800-63B-4 section 3.1.1.2). */
const shortestPassword = 15

/** A password that such a number of guesses finds, tried in the order of those who guess, is not taken. */
const fewestGuesses = 1e10

/** At most this many waiting for their comparison with the lists; the next one is told to come back. */
const backlog = 16

/**
 * What is wrong with a new password, as the rest of a sentence; undefined when nothing is. `personal` are words that
 * whoever guesses this user's password tries first: the username, the e-mail address.
 *
 * @throws RequestFault BUSY with `Retry-After`
 */
export type PasswordRules = (
  password: string,
  personal: readonly string[],
) => Promise<string | undefined>

/**
 * The rules for a new password: long enough, and not among those everybody tries, the name of the service and of the
 * user included (NIST SP 800-63B-4 section 3.1.1.2). Nothing is asked about kinds of characters.
 *
 * @example const fault = await createPasswordRules(configuration)(password, [username]) // 'has at least 15 characters'
 */
export function createPasswordRules({
  name,
  audience,
  hosts,
}: Pick<Configuration, 'name' | 'audience' | 'hosts'>): PasswordRules {
  const ownWords = [name, audience, ...hosts]
  return async (password, personal) => {
    if (Buffer.byteLength(password) > longestPassword)
      return `has at most ${String(longestPassword)} bytes`
    if (/\p{Cs}/u.test(password)) return 'is whole Unicode text'
    const prepared = prepare(password)
    // Counted in code points, as the publication asks.
    if (Array.from(prepared).length < shortestPassword)
      return `has at least ${String(shortestPassword)} characters`
    const words = [...ownWords, ...personal].flatMap(wordsOf)
    return (await countGuesses({ password: prepared, words })) < fewestGuesses
      ? 'is not one of those that are tried first'
      : undefined
  }
}

/** A name, and the parts of it. */
function wordsOf(name: string): readonly string[] {
  const whole = name.toLowerCase()
  return [whole, ...whole.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2)
}

/** The lists are large, and few processes ever need them. */
let thread: Piscina<Guessed, ReturnType<typeof guesses>> | undefined

/**
 * In a thread of its own, of lower priority: comparing takes as long as hashing, and whoever may change a password could
 * make every request wait.
 */
async function countGuesses(question: Guessed): Promise<number> {
  thread ??= new Piscina<Guessed, ReturnType<typeof guesses>>({
    filename: fileURLToPath(new URL('./guessing-thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000, // milliseconds until it ends
    niceIncrement: 5, // as those that hash
  })
  if (thread.queueSize >= backlog) throw busy()
  return thread.run(question, { name: 'guesses' })
}
