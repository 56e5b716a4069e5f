import type { SqlDatabase, SqlValue } from 'jotgate/stores/sqlite'
import { isPlaced, readRow, selectColumns, type AuditRow } from './audit-row.js'

/** Which rows are wanted; what is absent does not matter. Times are Unix milliseconds. */
export interface AuditQuery {
  /** At this time or later. */
  readonly since?: number | undefined
  /** Before this time. */
  readonly until?: number | undefined
  /** The id of the party that acted. */
  readonly actor?: string | undefined
  /** The id of the party that the row is about; of rows about the actor alone, the actor. */
  readonly subject?: string | undefined
  readonly kind?: string | undefined
  readonly client?: string | undefined
  readonly sid?: string | undefined
  readonly address?: string | undefined
}

/** A page of rows. */
export interface AuditPage {
  readonly limit: number
  /** The last row of the page before. */
  readonly after?: AuditPlace | undefined
  readonly order: 'newest first' | 'oldest first'
}

/** The place of a row among all, by time. */
export type AuditPlace = Pick<AuditRow, 'at' | 'chain' | 'seq'>

/** The members that are compared as they are; each has an index with the time. */
const filters = ['actor', 'subject', 'kind', 'client', 'sid', 'address'] as const

/**
 * Rows by time.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example await searchAudit(database, { actor: user.id }, { limit: 50, order: 'newest first' })
 */
export async function searchAudit(
  database: SqlDatabase,
  query: AuditQuery,
  page: AuditPage,
): Promise<readonly AuditRow[]> {
  const { text, params } = searchStatement(query, page)
  if (params.some((each) => typeof each === 'string' && each.includes('\0'))) return []
  return (await database.query(text, params)).map(readRow)
}

/** The statement of {@link searchAudit}. */
export function searchStatement(
  query: AuditQuery,
  { limit, after, order }: AuditPage,
): { readonly text: string; readonly params: readonly SqlValue[] } {
  const params: SqlValue[] = []
  const place = (value: SqlValue): string => `$${String(params.push(value))}`
  const isDown = order === 'newest first'
  const [beyond, direction] = isDown ? ['<', 'DESC'] : ['>', 'ASC']
  const conditions = [
    isPlaced,
    ...filters.flatMap((name) => {
      const value = query[name]
      return value === undefined ? [] : [`${name} = ${place(value)}`]
    }),
    ...(query.since === undefined ? [] : [`at >= ${place(query.since)}`]),
    ...(query.until === undefined ? [] : [`at < ${place(query.until)}`]),
    // The first condition is for the index.
    ...(after === undefined
      ? []
      : [
          `at ${beyond}= ${place(after.at)}`,
          `(at ${beyond} ${place(after.at)} OR (chain, seq) ${beyond} (${place(after.chain)}, ${place(after.seq)}))`,
        ]),
  ]
  const text = `SELECT ${selectColumns} FROM service_audit_rows WHERE ${conditions.join(' AND ')}
    ORDER BY at ${direction}, chain ${direction}, seq ${direction} LIMIT ${place(limit)}`
  return { text, params }
}

/** Rows of one statement of an export. */
const exportPage = 500

/**
 * All rows of a time, the oldest first, a page at a time.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example for await (const rows of readAll(database, { since: 0 })) write(rows)
 */
export async function* readAll(
  database: SqlDatabase,
  query: AuditQuery,
): AsyncGenerator<readonly AuditRow[]> {
  for (let after: AuditPlace | undefined; ;) {
    const page = { limit: exportPage, after, order: 'oldest first' } as const
    const rows = await searchAudit(database, query, page)
    yield rows
    after = rows.at(-1)
    if (after === undefined || rows.length < exportPage) return
  }
}
