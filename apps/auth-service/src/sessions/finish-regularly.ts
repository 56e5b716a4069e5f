import type { Logger } from 'pino'
import type { Sessions } from 'jotgate'

/** What was left behind is refused within this time, at whichever process is first. */
const everyMs = 5000

/**
 * Finishes the ending of sessions that another process, a full list of revoked tokens or a failing store left half done.
 *
 * @returns stops it; resolves when nothing runs any more
 */
export function finishRegularly(
  sessions: Pick<Sessions, 'finishEnding'>,
  log: Logger,
): () => Promise<void> {
  let hasFailed = false
  let isStopped = false
  let timer: NodeJS.Timeout
  let running = Promise.resolve()
  const finish = async (): Promise<void> => {
    try {
      const finished = await sessions.finishEnding()
      if (finished > 0)
        log.info(
          { sessions: finished },
          'finished the ending of sessions: their access tokens are refused',
        )
      hasFailed = false
    } catch (error) {
      // Once for each time that it begins to fail: the store says the rest.
      if (!hasFailed)
        log.error({ err: error }, 'access tokens of ended sessions cannot be refused yet')
      hasFailed = true
    }
    if (!isStopped) timer = later()
  }
  const later = (): NodeJS.Timeout =>
    setTimeout(() => {
      running = finish()
    }, everyMs).unref()
  timer = later()
  return () => {
    isStopped = true
    clearTimeout(timer)
    return running
  }
}
