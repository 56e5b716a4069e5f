import { type JSX } from 'preact'
import { useState } from 'preact/hooks'
import { announce } from './notice.js'
import { Failure } from './states.js'
import { useAction } from './use-action.js'

/** A page of a list; `next` is absent or empty on the last one. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly next?: string | undefined
}

/**
 * The rows of the first page and of those asked for after it, and the button that asks for the next one.
 *
 * @param load the page after the one whose `next` it is given
 * @example const [users, more] = usePages(first, { noun: 'users', load })
 */
export function usePages<Row>(
  first: Page<Row>,
  { noun, load }: { noun: string; load: (after: string) => Promise<Page<Row>> },
): [readonly Row[], JSX.Element] {
  const [{ rows, next = '' }, setPage] = useState(first)
  const action = useAction()
  const ask = async () => {
    const page = await load(next)
    setPage({ ...page, rows: [...rows, ...page.rows] })
    announce(`${String(page.rows.length)} more ${noun}.`)
  }
  const more = (
    <>
      {action.problem && <Failure problem={action.problem} />}
      {next !== '' && (
        <button type="button" disabled={action.isRunning} onClick={() => void action.run(ask)}>
          Show more
        </button>
      )}
    </>
  )
  return [rows, more]
}
