import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Configuration } from '../configuration/configuration.js'
import { busy } from '../foundation/faults.js'
import type { Guessed, guesses } from './guessing-thread.js'
import { longestPassword, prepare } from './passwords.js'

/** Minimum length, in characters, of a password that is the only factor (NIST SP 800-63B-4 section 3.1.1.2). */
const shortestPassword = 15

/** A password is refused if fewer guesses, in an attacker's order, find it. */
const fewestGuesses = 1e10

/** At most this many passwords wait for their check; the next caller must come back later. */
const backlog = 16

/**
 * The problem with a new password, as the rest of a sentence; undefined when there is none. `personal` are words that
 * an attacker would try first for this user: the username, the e-mail address.
 *
 * @throws RequestFault BUSY with `Retry-After`
 */
export type PasswordRules = (
  password: string,
  personal: readonly string[],
) => Promise<string | undefined>

/**
 * The rules for a new password: long enough, and not easy to guess, also not from the names of the service and the user
 * (NIST SP 800-63B-4 section 3.1.1.2). There are no rules about kinds of characters.
 *
 * @example const fault = await createPasswordRules(configuration)(password, [username]) // 'must have at least 15 characters'
 */
export function createPasswordRules({
  name,
  audience,
  hosts,
}: Pick<Configuration, 'name' | 'audience' | 'hosts'>): PasswordRules {
  const ownWords = [name, audience, ...hosts]
  return async (password, personal) => {
    if (Buffer.byteLength(password) > longestPassword)
      return `must have at most ${String(longestPassword)} bytes`
    if (/\p{Cs}/u.test(password)) return 'must be valid Unicode text'
    const prepared = prepare(password)
    // Counted in code points, as the publication requires.
    if (Array.from(prepared).length < shortestPassword)
      return `must have at least ${String(shortestPassword)} characters`
    const words = [...ownWords, ...personal].flatMap(wordsOf)
    return (await countGuesses({ password: prepared, words })) < fewestGuesses
      ? 'must not be a common or easily guessed password'
      : undefined
  }
}

/** A name, and the parts of it. */
function wordsOf(name: string): readonly string[] {
  const whole = name.toLowerCase()
  return [whole, ...whole.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2)
}

/** Loaded on demand: the lists are large, and few processes need them. */
let thread: Piscina<Guessed, ReturnType<typeof guesses>> | undefined

/**
 * In a separate thread with lower priority: the check takes as long as hashing, and anyone who may change a password
 * could make every request wait.
 */
async function countGuesses(question: Guessed): Promise<number> {
  thread ??= new Piscina<Guessed, ReturnType<typeof guesses>>({
    filename: fileURLToPath(new URL('./guessing-thread.js', import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: 60_000, // milliseconds until it ends
    niceIncrement: 5, // like the hashing threads
  })
  if (thread.queueSize >= backlog) throw busy()
  return thread.run(question, { name: 'guesses' })
}
