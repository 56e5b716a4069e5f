import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AuthError, type Revocation } from 'jotgate'

/** How long a process that starts waits for the store of revocations: longer than a failover takes. */
const patienceMs = 30_000
const betweenMs = 500

/**
 * Reads what has been revoked, again and again while the store does not answer: a process that is started in the middle of
 * a failover is not ready before it is over, instead of giving up.
 *
 * @throws AuthError STORE_UNAVAILABLE when it took too long
 */
export async function startPatiently(
  revocation: Pick<Revocation, 'start'>,
  log: Logger,
): Promise<void> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      await revocation.start()
      return
    } catch (error) {
      const isAway = error instanceof AuthError && error.status === 503
      if (!isAway || performance.now() > until) throw error
      log.warn({ err: error.cause }, 'the store of revocations does not answer yet')
      await sleep(betweenMs)
    }
  }
}
