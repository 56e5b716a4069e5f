import { ClientError } from './errors.js'

/** A token to go with a call. Compared by identity: another object is another token. */
export interface Grant {
  /** Undefined when the browser adds it, as a cookie. */
  readonly token?: string
}

/** The call a token is asked for. */
export interface Target {
  readonly origin: string
  readonly signal?: AbortSignal | undefined
}

/** Where a client's tokens come from: `selfSigned`, `fromSession`, `forwarded`, or one of your own. */
export interface TokenSource {
  /** A token for a call. What it rejects with beside ClientError is SOURCE_FAILED. */
  grant(target: Target): Promise<Grant>
  /** Another one, after the server refused this one; undefined when the refusal stands. */
  renew?(refused: Grant, target: Target): Promise<Grant | undefined>
}

/**
 * Waits for work that others wait for too: a caller who gives up leaves it running for them.
 *
 * @throws the signal's reason
 * @example await unlessAborted(refreshing, signal)
 */
export function unlessAborted<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error) // whatever the caller aborted with is what the caller gets
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

/**
 * Asks a source, and makes one kind of error of what it fails with.
 *
 * @throws ClientError; the signal's reason when the caller gave up
 * @example await ask(() => source.grant(target), target)
 */
export async function ask<R>(run: () => Promise<R>, { signal }: Target): Promise<R> {
  signal?.throwIfAborted()
  try {
    return await unlessAborted(run(), signal)
  } catch (error) {
    if (error instanceof ClientError || signal?.aborted === true) throw error
    throw new ClientError('SOURCE_FAILED', { cause: error })
  }
}
