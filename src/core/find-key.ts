import { AuthError } from './errors.js'
import type { PinnedHeader } from './header.js'
import type { KeyFinder } from './key-source.js'
import { Key } from './key.js'

/** How long a key source may take before the answer is "can not tell" (503). */
const deadlineMs = 5000

/** Seconds after which to ask again when the keys could not be had. */
const retryAfter = 5

/**
 * Asks a key source for the key of one header: a key, or a promise of one when the source has to wait for it.
 *
 * A source that fails or hangs is "can not tell"; one that answers with anything but a fitting key is "unknown".
 * Nothing that is no {@link Key} ever verifies anything (CVE-2026-44351, CVE-2022-23529).
 *
 * @throws AuthError KEY_UNKNOWN, KEYS_UNAVAILABLE; the promise rejects with the same
 */
export function findKey(keys: KeyFinder, header: PinnedHeader): Key | Promise<Key> {
  const deadline = spare ?? new AbortController()
  spare = undefined
  let answer: unknown
  try {
    answer = keys.find(header, deadline.signal)
  } catch (error) {
    throw unavailable(error)
  }
  if (isThenable(answer)) return awaitKey(answer, header, deadline)
  // An answer at once had no use for the signal, and the next one can have it: making one costs as much as an HMAC.
  spare = deadline
  return fitting(answer, header)
}

/** A signal that nobody waits on. */
let spare: AbortController | undefined

async function awaitKey(
  pending: PromiseLike<unknown>,
  header: PinnedHeader,
  deadline: AbortController,
): Promise<Key> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error('the key source did not answer in time')
      deadline.abort(error)
      reject(error)
    }, deadlineMs)
  })
  try {
    return fitting(await Promise.race([pending, late]), header)
  } catch (error) {
    throw unavailable(error)
  } finally {
    clearTimeout(timer)
  }
}

function fitting(found: unknown, header: PinnedHeader): Key {
  if (!(found instanceof Key) || found.alg !== header.alg || found.kind === 'private')
    throw new AuthError('KEY_UNKNOWN')
  return found
}

function unavailable(error: unknown): AuthError {
  if (error instanceof AuthError) return error
  return new AuthError('KEYS_UNAVAILABLE', { retryAfter }, { cause: error })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
