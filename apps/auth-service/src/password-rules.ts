import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import type { Configuration } from './configuration/configuration.js'
import { longestPassword, prepare } from './passwords.js'

/** Least characters of a password that is the only factor (NIST SP 800-63B-4 section 3.1.1.2). */
const shortestPassword = 15

/** A password that such a number of guesses finds, tried in the order of those who guess, is not taken. */
const fewestGuesses = 1e10

/** Only so many characters are held against the lists: the work grows faster than the length. */
const mostCompared = 100

/**
 * What is wrong with a new password, as the rest of a sentence; undefined when nothing is. `personal` are words that
 * whoever guesses this user's password tries first: the username, the e-mail address.
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
    const lists = await (loaded ??= loadLists())
    const { guesses } = lists.check(prepared, [...ownWords, ...personal].flatMap(wordsOf))
    return guesses < fewestGuesses ? 'is not one of those that are tried first' : undefined
  }
}

/** A name, and the parts of it. */
function wordsOf(name: string): readonly string[] {
  const whole = name.toLowerCase()
  return [whole, ...whole.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2)
}

/** The lists are large, and few processes ever need them. */
let loaded: Promise<ZxcvbnFactory> | undefined

async function loadLists(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return new Factory({ dictionary, graphs: adjacencyGraphs, maxLength: mostCompared })
}
