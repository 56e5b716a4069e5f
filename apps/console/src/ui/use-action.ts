import { useCallback, useState } from 'preact/hooks'
import { isEnd, problemOf, type Problem } from '../session/problem.js'
import { sessionEnded } from '../session/session.js'

/** Something a user sets going. */
export interface Action {
  readonly isRunning: boolean
  /** What went wrong the last time. */
  readonly problem: Problem | undefined
  /** Runs it, one at a time; whether it was done. Never rejects. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>
  /** Forgets what went wrong. */
  readonly clear: () => void
}

/**
 * Runs what a button or a form sets going, and keeps what went wrong.
 *
 * @example const action = useAction(); await action.run(async () => { await api.rotateKeys() })
 */
export function useAction(): Action {
  const [state, setState] = useState<Pick<Action, 'isRunning' | 'problem'>>({
    isRunning: false,
    problem: undefined,
  })
  const run = useCallback(async (work: () => Promise<void>) => {
    setState({ isRunning: true, problem: undefined })
    try {
      await work()
      setState({ isRunning: false, problem: undefined })
      return true
    } catch (error) {
      const problem = problemOf(error)
      if (isEnd(problem)) sessionEnded()
      setState({ isRunning: false, problem })
      return false
    }
  }, [])
  const clear = useCallback(() => {
    setState({ isRunning: false, problem: undefined })
  }, [])
  return { ...state, run, clear }
}
