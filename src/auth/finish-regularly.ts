import { notify } from '../foundation/listener.js'
import type { Sessions } from '../session/index.js'

/** What another process or a failing store left behind is refused within this time. */
const everyMs = 5000

/**
 * Finishes the ending of sessions every few seconds, without keeping the process alive.
 *
 * @returns stops it; resolves when nothing runs any more
 */
export function finishRegularly(
  sessions: Pick<Sessions, 'finishEnding'>,
  onError: ((error: Error) => unknown) | undefined,
): () => Promise<void> {
  let running = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const later = (): void => {
    timer = setTimeout(() => {
      running = finish()
    }, everyMs).unref()
  }
  let isStopped = false
  const finish = async (): Promise<void> => {
    try {
      await sessions.finishEnding()
    } catch (error) {
      notify(onError, error instanceof Error ? error : new Error('it failed', { cause: error }))
    }
    if (!isStopped) later()
  }
  later()
  return () => {
    isStopped = true
    clearTimeout(timer)
    return running
  }
}
