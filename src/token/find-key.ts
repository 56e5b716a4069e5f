import { within } from '../foundation/deadline.js'
import { AuthError } from '../foundation/errors.js'
import type { PinnedHeader } from './header.js'
import type { KeyFinder } from './key-source.js'
import { Key } from '../key/key.js'

/** How long a key source may take before the answer is "can not tell" (503). */
const deadlineMs = 5000

/** Trying keys is for a change of secrets, not for searching (RFC 8725 section 3.8). */
const mostCandidates = 4

/** Seconds after which to ask again when the keys could not be had. */
const retryAfter = 5

/**
 * Asks a key source for the key of one header, or the candidates: at once, or as a promise when the source has to wait.
 *
 * A source that fails or hangs is "can not tell"; one that answers with anything but a fitting key is "unknown".
 * Nothing that is no {@link Key} ever verifies anything (CVE-2026-44351, CVE-2022-23529).
 *
 * @throws AuthError KEY_UNKNOWN, KEYS_UNAVAILABLE; the promise rejects with the same
 */
export function findKey(keys: KeyFinder, header: PinnedHeader): SomeKeys | Promise<SomeKeys> {
  const deadline = spare ?? new AbortController()
  spare = undefined
  let answer: unknown
  try {
    answer = keys.find(header, deadline.signal)
  } catch (error) {
    throw unavailable(error)
  }
  if (isThenable(answer))
    return awaitKey(answer, deadline).then((found) => pickFitting(keys, found, header))
  // An answer at once had no use for the signal, and the next one can have it: making one costs as much as an HMAC.
  spare = deadline
  return pickFitting(keys, answer, header)
}

/** One key, or candidates in the order in which they are tried; never none. */
type SomeKeys = Key | readonly Key[]

/** A signal that nobody waits on. */
let spare: AbortController | undefined

async function awaitKey(
  pending: PromiseLike<unknown>,
  deadline: AbortController,
): Promise<unknown> {
  const late = () => {
    const error = new Error('the key source did not answer in time')
    deadline.abort(error)
    return error
  }
  try {
    return await within(deadlineMs, () => pending, { late })
  } catch (error) {
    throw unavailable(error)
  }
}

/** Candidates only from a source that wants to hear which one it was: an array may also be a slip. */
function pickFitting(keys: KeyFinder, found: unknown, header: PinnedHeader): SomeKeys {
  if (fits(found, header)) return found
  const candidates: readonly unknown[] = keys.matched && Array.isArray(found) ? found : []
  const fitting = candidates.filter((each) => fits(each, header))
  if (fitting.length === 0 || candidates.length > mostCandidates) throw new AuthError('KEY_UNKNOWN')
  return fitting
}

function fits(found: unknown, header: PinnedHeader): found is Key {
  return found instanceof Key && found.alg === header.alg && found.kind !== 'private'
}

function unavailable(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  return new AuthError('KEYS_UNAVAILABLE', { retryAfter }, { cause: error })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
