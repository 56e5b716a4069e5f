import type { SessionInfo } from 'jotgate'
import type { SessionPage } from 'jotgate/extend'
import { RequestFault } from '../foundation/faults.js'

/** A page that was asked for, as the `.api` files declare it. */
export interface PageReq {
  readonly after?: string
  readonly limit: number
}

/** The rows of a page, and what to ask for after it. */
export interface PageOf<Row> {
  readonly rows: readonly Row[]
  readonly next?: string
}

/**
 * What to ask the sessions for: one more than the page has, to know whether there is another page.
 *
 * @throws RequestFault BODY_INVALID for an `after` that is not the `next` of a page
 */
export function toQuery({ after, limit }: PageReq): SessionPage {
  return { limit: limit + 1, ...(after === undefined ? {} : { after: readCursor(after) }) }
}

/**
 * The page out of the sessions that were found, newest first.
 *
 * @example const { rows, next } = toPage(await sessions.list(subject, toQuery(request)), request)
 */
export function toPage<Row extends Place>(found: readonly Row[], { limit }: PageReq): PageOf<Row> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return found.length > limit && last !== undefined ? { rows, next: toCursor(last) } : { rows }
}

type Place = Pick<SessionInfo, 'createdAt' | 'sid'>

function toCursor({ createdAt, sid }: Place): string {
  return `${String(createdAt)}.${sid}`
}

function readCursor(text: string): Place {
  const [, createdAt, sid] = /^(\d{1,12})\.([\w-]{22})$/.exec(text) ?? []
  if (createdAt === undefined || sid === undefined)
    throw new RequestFault('BODY_INVALID', 'after: must be the next of the page before')
  return { createdAt: Number(createdAt), sid }
}
