import { within } from '../foundation/deadline.js'
import { AuthError } from '../foundation/errors.js'
import { type VerifiedToken } from '../token/token.js'

/** Options of a watch. */
interface WatchOptions<C> {
  readonly isRevoked: (token: VerifiedToken<C>) => boolean | Promise<boolean>
  /** The longest time between two checks, in milliseconds; also the time limit of an answer. */
  readonly everyMs: number
  /** Unix milliseconds. */
  readonly now?: () => number
  /** From 0 to 1: spreads the checks of streams that were opened together. */
  readonly random?: () => number
}

/**
 * Builds the function that watches an open stream: it calls `close` once, when the token expires, is revoked, or its
 * revocation can no longer be checked. It returns a function that ends the watch.
 *
 * A token accepted after its expiry, within the clock tolerance, gets `everyMs` more.
 *
 * @example const stop = createWatch({ isRevoked, everyMs: 5000 })(token, (error) => socket.close())
 */
export function createWatch<C>(options: WatchOptions<C>) {
  const { everyMs, now = Date.now, random = Math.random } = options
  return (token: VerifiedToken<C>, close: (error: AuthError) => void): (() => void) => {
    const expiry = (token.payload.exp ?? Infinity) * 1000
    const end = expiry > now() ? expiry : now() + everyMs
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = () => {
      clearTimeout(timer)
      timer = undefined
    }
    const arm = () => {
      const wait = Math.min(everyMs * (0.5 + random() / 2), end - now())
      timer = setTimeout(() => void look(), Math.max(1, wait))
      // A watch alone must not keep the process alive; the stream it watches does.
      timer.unref()
    }
    const look = async () => {
      const asked = timer
      const problem = now() >= end ? new AuthError('TOKEN_EXPIRED') : await ask(options, token)
      // The watch was ended while the answer was on its way.
      if (timer === undefined || timer !== asked) return
      if (problem === undefined) {
        arm()
        return
      }
      stop()
      close(problem)
    }
    arm()
    return stop
  }
}

/** The problem with the token at this time; undefined when there is none. A missing answer is a problem too. */
async function ask<C>(
  { isRevoked, everyMs }: WatchOptions<C>,
  token: VerifiedToken<C>,
): Promise<AuthError | undefined> {
  const late = () => new AuthError('REVOCATION_UNKNOWN')
  try {
    const revoked: unknown = await within(everyMs, () => isRevoked(token), { late })
    if (revoked === false) return undefined
    return new AuthError(revoked === true ? 'TOKEN_REVOKED' : 'REVOCATION_UNKNOWN')
  } catch (error) {
    return error instanceof AuthError
      ? error
      : new AuthError('REVOCATION_UNKNOWN', {}, { cause: error })
  }
}
