import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isEnd, problemOf, type Problem } from '../session/problem.js'
import { sessionEnded } from '../session/session.js'

/** What a page shows of something that is fetched. */
export interface Loaded<T> {
  /** The newest answer; kept while a later one fails. */
  readonly data: T | undefined
  /** How many answers there have been: a key for what must begin anew with each. */
  readonly answers: number
  /** What went wrong the last time. */
  readonly problem: Problem | undefined
  readonly isLoading: boolean
  /** Fetches anew. */
  readonly reload: () => void
  /** Takes an answer that something else has brought. */
  readonly replace: (data: T) => void
}

/** When to fetch. */
export interface LoadOptions {
  /** Fetches anew when it changes. */
  readonly key?: string
  /** Fetches repeatedly while the page is visible. Default: once. */
  readonly everyMs?: number
}

/**
 * Fetches for a page, once or regularly. A later answer is never overtaken by an earlier one.
 *
 * @example const { data, problem, reload } = useLoaded(() => api.getKeys())
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { key = '', everyMs }: LoadOptions = {},
): Loaded<T> {
  const [state, setState] = useState<State<T>>({
    data: undefined,
    answers: 0,
    problem: undefined,
    isLoading: true,
  })
  const newest = useRef(load)
  newest.current = load
  const running = useRef<AbortController | undefined>(undefined)
  const reload = useCallback(() => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setState((before) => ({ ...before, isLoading: true }))
    void fetchInto(newest.current, controller.signal, setState)
  }, [])
  useEffect(() => {
    reload()
    return () => running.current?.abort()
  }, [key, reload])
  useTicks(reload, everyMs)
  const replace = useCallback((data: T) => {
    running.current?.abort()
    setState(({ answers }) => ({ ...fresh, data, answers: answers + 1 }))
  }, [])
  return { ...state, reload, replace }
}

type State<T> = Pick<Loaded<T>, 'data' | 'answers' | 'problem' | 'isLoading'>

const fresh = { problem: undefined, isLoading: false } as const

async function fetchInto<T>(
  load: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  setState: (change: (before: State<T>) => State<T>) => void,
): Promise<void> {
  try {
    const data = await load(signal)
    if (!signal.aborted) setState(({ answers }) => ({ ...fresh, data, answers: answers + 1 }))
  } catch (error) {
    if (signal.aborted) return
    const problem = problemOf(error)
    if (isEnd(problem)) sessionEnded()
    setState((before) => ({ ...before, problem, isLoading: false }))
  }
}

/** Calls while the page is seen, and at once when it is seen again. */
function useTicks(call: () => void, everyMs: number | undefined): void {
  useEffect(() => {
    if (everyMs === undefined) return undefined
    const timer = setInterval(() => {
      if (!document.hidden) call()
    }, everyMs)
    const onShown = () => {
      if (!document.hidden) call()
    }
    document.addEventListener('visibilitychange', onShown)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', onShown)
    }
  }, [call, everyMs])
}
