import { ClientError } from './errors.js'

/** A token for a call. Compared by identity: another object is another token. */
export interface Grant {
  /** Undefined when the browser adds it, as a cookie. */
  readonly token?: string
}

/** The call that needs a token. */
export interface Target {
  readonly origin: string
  readonly signal?: AbortSignal | undefined
}

/** The source of a client's tokens: `selfSigned`, `fromSession`, `forwarded`, or a custom one. */
export interface TokenSource {
  /** A token for a call. Any rejection except ClientError becomes SOURCE_FAILED. */
  grant(target: Target): Promise<Grant>
  /** Another token, after the server refused this one; undefined when the refusal is final. */
  renew?(refused: Grant, target: Target): Promise<Grant | undefined>
}

/**
 * Waits for work shared by several callers: a caller who aborts leaves it running for the others.
 *
 * @throws the signal's reason
 * @example await unlessAborted(refreshing, signal)
 */
export function unlessAborted<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error) // the caller gets its own abort reason
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

/**
 * Asks a source, and turns its errors into ClientError.
 *
 * @throws ClientError; the signal's reason when the caller aborted
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
