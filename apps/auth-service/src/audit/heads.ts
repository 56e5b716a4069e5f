import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { isPlaced, macOf, readRow, selectColumns, unreadable } from './audit-row.js'
import type { AuditKeys } from './audit-keys.js'
import { chainKinds } from './chain-kinds.js'
import type { Head } from './chain-writer.js'
import { findCheckpoint, isSame } from './checkpoint.js'

/** The head of a chain, with the time and kind of its last row. Milliseconds. */
export interface ChainHead extends Head {
  readonly openedAt: number
  readonly at: number
  readonly kind: string
}

const words = z.string().catch(unreadable)
const time = z.coerce.number().catch(0)

const row = z.object({
  ...{ chain: z.string(), openedAt: time, at: time },
  ...{ seq: z.coerce.number(), mac: words, kind: words },
})

/** Chains of one statement. */
const page = 500

const text = `
SELECT c.chain, CAST(c.opened_at AS TEXT) AS "openedAt", r.seq, r.mac, CAST(r.at AS TEXT) AS at, r.kind
FROM service_audit_chains c JOIN service_audit_rows r ON r.chain = c.chain AND r.seq =
  (SELECT m.seq FROM service_audit_rows m WHERE m.chain = c.chain AND m.seq <= ${String(Number.MAX_SAFE_INTEGER)}
   ORDER BY m.seq DESC LIMIT 1)
WHERE CAST(c.chain AS TEXT) = c.chain AND c.chain > $1 ORDER BY c.chain LIMIT ${String(page)}`

/**
 * The heads of all chains that have rows, the latest first, as they are stored: {@link isGenuine} verifies one. All of
 * them: a time in the database decides nothing but the order.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example const [latest] = await storedHeads(database)
 */
export async function storedHeads(database: SqlDatabase): Promise<readonly ChainHead[]> {
  const all: ChainHead[] = []
  for (let after = ''; ;) {
    const found = (await database.query(text, [after])).map((each) => row.parse(each))
    all.push(...found)
    const last = found.at(-1)
    if (last === undefined || found.length < page)
      return all.toSorted((one, other) => other.at - one.at)
    after = last.chain
  }
}

/** Where {@link isGenuine} looks. */
export interface HeadParts {
  readonly database: SqlDatabase
  readonly keys: AuditKeys
}

/**
 * Whether the last row of a chain is one that the service wrote: rows that were inserted must not take the room of others.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function isGenuine({ database, keys }: HeadParts, head: Head): Promise<boolean> {
  const { chain, seq } = head
  const rows = await database.query(
    `SELECT ${selectColumns} FROM service_audit_rows WHERE chain = $1 AND seq IN ($2, $3)
      AND ${isPlaced} ORDER BY seq DESC`,
    [chain, seq, seq - 1],
  )
  const [last, before] = rows.map(readRow)
  const checkpoint = await findCheckpoint(database, chain)
  const key = keys.find(checkpoint?.keyId ?? '')
  if (last === undefined || checkpoint === undefined || key === undefined) return false
  return isSame(macOf(last, before?.mac ?? checkpoint.goneMac, key.bytes), head.mac)
}

/**
 * The heads of the latest chains, without those that do not verify.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example const [latest] = await listHeads({ database, keys }, 100)
 */
export async function listHeads(parts: HeadParts, limit: number): Promise<readonly ChainHead[]> {
  const heads: ChainHead[] = []
  for (const head of await storedHeads(parts.database)) {
    if (heads.length === limit) break
    if (await isGenuine(parts, head)) heads.push(head)
  }
  return heads
}

/** Heads that one row vouches for at most. */
export const mostHeads = 100

/**
 * What one chain has vouched for, so that its next row names only what is new. The row in which another chain has done the
 * same is no news of a chain that was vouched for: two idle processes would vouch for each other's rows for ever.
 */
export interface Vouching {
  isNews(head: ChainHead): boolean
  note(head: Head): void
}

/** @example const vouching = createVouching(chain) */
export function createVouching(own: string): Vouching {
  const vouched = new Map<string, number>()
  return {
    isNews: ({ chain, seq, kind }) => {
      const known = vouched.get(chain)
      if (chain === own || known === undefined) return chain !== own
      return seq > known + (kind === chainKinds.heads ? 1 : 0)
    },
    note: ({ chain, seq }) => {
      vouched.set(chain, seq)
    },
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
