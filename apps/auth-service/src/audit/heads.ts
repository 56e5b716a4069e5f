import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { chainKinds } from './chain-kinds.js'
import type { Head } from './chain-writer.js'

/** The head of a chain, with the time and kind of its last row. Milliseconds. */
export interface ChainHead extends Head {
  readonly keyId: string
  readonly openedAt: number
  readonly at: number
  readonly kind: string
}

const row = z.object({
  chain: z.string(),
  keyId: z.string(),
  openedAt: z.coerce.number(),
  seq: z.coerce.number(),
  mac: z.string(),
  at: z.coerce.number(),
  kind: z.string(),
})

/** A column of the last row of a chain: by the primary key, whatever the planner knows of the tables. */
const last = (column: string): string =>
  `(SELECT ${column} FROM service_audit_rows r WHERE r.chain = c.chain ORDER BY r.seq DESC LIMIT 1)`

const text = `
SELECT * FROM (
  SELECT c.chain, c.key_id AS "keyId", c.opened_at AS "openedAt", ${last('r.seq')} AS seq, ${last('r.mac')} AS mac,
    ${last('r.at')} AS at, ${last('r.kind')} AS kind FROM service_audit_chains c) AS heads
WHERE seq IS NOT NULL ORDER BY at DESC, chain LIMIT $1`

/**
 * The heads of the chains that have rows, the latest first.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example const [latest] = await listHeads(database, 100)
 */
export async function listHeads(
  database: SqlDatabase,
  limit: number,
): Promise<readonly ChainHead[]> {
  return (await database.query(text, [limit])).map((each) => row.parse(each))
}

/** Heads that one row vouches for at most. */
export const mostHeads = 100

/**
 * What one chain has vouched for, so that its next row names only what is new. The row in which another chain has done the
 * same is no news: two idle processes would vouch for each other's rows for ever.
 */
export function createVouching(own: string): (heads: readonly ChainHead[]) => readonly Head[] {
  const vouched = new Map<string, number>()
  return (heads) => {
    const news = heads.filter(({ chain, seq, kind }) => {
      const quiet = kind === chainKinds.heads ? 1 : 0
      return chain !== own && seq > (vouched.get(chain) ?? 0) + quiet
    })
    for (const { chain, seq } of news) vouched.set(chain, seq)
    return news
  }
}

/** @example headText({ chain, seq: 7, mac }) // 'Jx3…:7:9uT…' */
export function headText({ chain, seq, mac }: Head): string {
  return `${chain}:${String(seq)}:${mac}`
}

/** Reads {@link headText}; undefined for another text. */
export function readHead(given: string): Head | undefined {
  const [, chain, seq, mac] = /^([\w-]{1,64}):(\d{1,15}):([\w-]{1,64})$/.exec(given) ?? []
  if (chain === undefined || mac === undefined) return undefined
  return { chain, seq: Number(seq), mac }
}
