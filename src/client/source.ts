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
 * Waits for work shared by several callers: a caller who aborts leaves it running for the others, and starts none.
 *
 * @throws the signal's reason; an error of its own where the platform has none, such as React Native
 * @example await unlessAborted(() => refresh(), signal)
 */
export function unlessAborted<R>(
  run: () => Promise<R>,
  signal: AbortSignal | undefined,
): Promise<R> {
  if (!signal) return run()
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject((signal.reason as Error | undefined) ?? new Error('aborted')) // the caller gets its own abort reason
    }
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort)
    run()
      .then(resolve, reject)
      .finally(() => {
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
  try {
    return await unlessAborted(run, signal)
  } catch (error) {
    if (error instanceof ClientError || signal?.aborted === true) throw error
    throw new ClientError('SOURCE_FAILED', { cause: error })
  }
}
