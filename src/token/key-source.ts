import { within } from '../foundation/deadline.js'
import { AuthError } from '../foundation/errors.js'
import { isThenable } from '../foundation/realms.js'
import { Key } from '../key/key.js'
import type { PinnedHeader } from './header.js'

/**
 * The answer of a source: a key; several keys to try in this order, when the header does not tell them apart; or none.
 */
export type FoundKeys = Key | readonly Key[] | undefined

/**
 * Where a verifier gets its key. The header has been checked, but not the signature: a source may compare `kid`, and
 * must not use it in any other way (RFC 8725 section 3.10).
 */
export interface KeyFinder {
  /**
   * The key for this header; undefined when there is none. A source with `matched` may also return up to four
   * candidates. A rejection means that the keys are unavailable at the moment.
   */
  find(header: PinnedHeader, signal: AbortSignal): FoundKeys | Promise<FoundKeys>
  /** Changes whenever a key may have become invalid, so that tokens verified with it are verified again. */
  version(): number
  /**
   * Receives the key that made a signature, once for every token that does not come from a cache. Only a source with
   * this method may answer with candidates.
   */
  matched?(key: Key): void
  /**
   * Whether a secret and a public key stand side by side, each configured for its own algorithm, as they do while an issuer
   * moves from the one to the other. Without it `algorithms` of both kinds are a ConfigError. A key is never used with
   * another algorithm than its own, whatever a source answers.
   */
  readonly hasBothKinds?: boolean
}

/** One key, a function from header to key, or a {@link KeyFinder}. */
export type KeySource =
  Key | ((header: PinnedHeader) => Key | undefined | Promise<Key | undefined>) | KeyFinder

/** A source as a finder. A single key is used for every `kid`: there is nothing to choose. */
export function toFinder(source: KeySource): KeyFinder {
  if (source instanceof Key) return { find: () => source, version: () => 0 }
  if (typeof source === 'function') return { find: source, version: () => 0 }
  return source
}

/** How long a key source may take before its keys count as unavailable (503). */
const deadlineMs = 5000

/** Several keys are tried only while secrets change, never to search for one (RFC 8725 section 3.8). */
const mostCandidates = 4

/** Seconds after which a caller may try again when the keys are unavailable. */
const retryAfter = 5

/**
 * Asks a key source for the key of one header, or for candidates. Returns a promise only if the source does.
 *
 * If the source fails or hangs, the keys are unavailable; if it answers with anything but a fitting key, the key is
 * unknown. Only a {@link Key} ever verifies anything (CVE-2026-44351, CVE-2022-23529).
 *
 * @throws AuthError KEY_UNKNOWN, KEYS_UNAVAILABLE; the promise rejects with the same
 * @example const keys = await findKey(finder, header)
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
  // A synchronous answer has not used the signal, so the next call gets it: making one costs as much as an HMAC.
  spare = deadline
  return pickFitting(keys, answer, header)
}

/** One key, or candidates in the order in which they are tried; never none. */
type SomeKeys = Key | readonly Key[]

/** A signal that no pending call uses. */
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

/** Accepts candidates only from a source with `matched`: from others an array may be a mistake. */
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
