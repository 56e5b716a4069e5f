/** The worker of password-rules.ts: one password after another, in a thread that nothing else waits for. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** The input of {@link guesses}. */
export interface Guessed {
  readonly password: string
  /** Words that an attacker would try first for this user. */
  readonly words: readonly string[]
}

/** The number of characters compared with the lists: the work grows faster than the length. */
const mostCompared = 100

const lists = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: mostCompared })

/** Number of guesses needed to find a password, in an attacker's order. */
export function guesses({ password, words }: Guessed): number {
  return lists.check(password, [...words]).guesses
}
