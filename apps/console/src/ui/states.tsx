import { type ComponentChildren } from 'preact'
import { type Problem } from '../session/problem.js'
import { type Loaded } from './use-loaded.js'

/** What went wrong, what to do next, and where it makes sense a way to try again. */
export function Failure({
  problem,
  retry,
}: {
  problem: Problem
  retry?: (() => void) | undefined
}) {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{problem.text}</strong> {problem.next}
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

/** While the first answer is on its way. */
export function Loading() {
  return (
    <p class="loading" role="status">
      Loading …
    </p>
  )
}

/** Where there is nothing to list: says so, and what would be here. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

/**
 * Shows an answer as soon as there is one; until then that it is loading, or why it failed. A later failure is shown
 * above the last answer.
 */
export function Show<T>(props: {
  of: Loaded<T>
  /** Nothing is said until the first answer: for what is mostly empty, beside something else. */
  isQuiet?: boolean
  children: (data: T) => ComponentChildren
}) {
  const { data, problem, reload } = props.of
  return (
    <>
      {problem && <Failure problem={problem} retry={reload} />}
      {data !== undefined && props.children(data)}
      {data === undefined && !problem && props.isQuiet !== true && <Loading />}
    </>
  )
}
