import { askStore } from '../foundation/ask-store.js'
import { AuthError } from '../foundation/errors.js'
import type { RevocationEntry, RevocationName, RevocationStore, StoreAnswer } from './ports.js'
import { storeDeadlineMs } from './store-deadline.js'

/** What {@link createStaleQuestions} needs. */
export interface StaleQuestionsParts {
  readonly ask: NonNullable<RevocationStore['ask']>
  /** Whose epoch has to be proven. */
  readonly issuer: string
  /** Epoch that this process knows; undefined before it has read the store. */
  readonly epoch: () => string | undefined
  /** Enforces what the store knows. */
  readonly add: (entry: RevocationEntry) => void
}

/** Questions at a time: a store that is slow after all processes have woken is not asked by all of their requests. */
const mostInFlight = 64

/**
 * Asks the store itself about a token, for a process that does not hear from it. Resolves once the entries of these names are
 * enforced here, and the store has proven that it has not lost others.
 *
 * A process that has never read the store takes the epoch that the store has: an emptied one has none.
 *
 * @example const confirm = createStaleQuestions(parts); await confirm(namesOf(issuer, claims))
 */
export function createStaleQuestions({ ask, issuer, epoch, add }: StaleQuestionsParts) {
  const asked = new Map<string, Promise<StoreAnswer>>()
  const question = (names: readonly RevocationName[]): Promise<StoreAnswer> => {
    const key = JSON.stringify(names)
    const known = asked.get(key)
    if (known !== undefined) return known
    if (asked.size >= mostInFlight)
      return Promise.reject(new Error('too many questions to the store at a time'))
    const answer = askStore(storeDeadlineMs, () => ask({ issuer, names })).finally(() => {
      asked.delete(key)
    })
    asked.set(key, answer)
    return answer
  }
  /** The proof is checked by the caller after the entries, which refuse whatever it shows. */
  return async (names: readonly RevocationName[]): Promise<{ readonly isProven: boolean }> => {
    try {
      const answer = await question(names)
      for (const entry of answer.entries) add(entry)
      const known = epoch()
      return { isProven: known === undefined || known === answer.epoch }
    } catch (cause) {
      throw unknown(cause)
    }
  }
}

/** The answer to a token about which nothing is known for sure. */
export function unknown(cause?: unknown): AuthError {
  return new AuthError('REVOCATION_UNKNOWN', { retryAfter: 1 }, { cause })
}
