import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { AuditKey, AuditKeys } from './audit-keys.js'
import { unreadable } from './audit-row.js'

/** Where the stored rows of a chain begin: behind row `goneSeq`, whose MAC was `goneMac`. A new chain begins behind row 0. */
export interface Checkpoint {
  readonly chain: string
  readonly keyId: string
  readonly goneSeq: number
  readonly goneMac: string
  /** HMAC-SHA-256 with the key of the chain. */
  readonly signature: string
}

/** Bytes in place of a text or a number make a checkpoint that is not signed. */
const text = z.string().catch(unreadable)

const row = z.object({
  chain: text,
  keyId: text,
  goneSeq: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .catch(-1),
  goneMac: text,
  signature: text,
})

/** The columns that {@link readCheckpoint} reads. */
export const checkpointColumns =
  'chain, key_id AS "keyId", CAST(gone_seq AS TEXT) AS "goneSeq", gone_mac AS "goneMac", signature'

/** Reads {@link checkpointColumns}; {@link isSigned} says whether it is one. */
export function readCheckpoint(fields: unknown): Checkpoint {
  return row.parse(fields)
}

/** The checkpoint of a chain as it is now. @throws AuthError STORE_UNAVAILABLE */
export async function findCheckpoint(
  database: SqlDatabase,
  chain: string,
): Promise<Checkpoint | undefined> {
  const text = `SELECT ${checkpointColumns} FROM service_audit_chains WHERE chain = $1`
  const [found] = await database.query(text, [chain])
  return found === undefined ? undefined : readCheckpoint(found)
}

/** @example signCheckpoint({ chain, goneSeq: 500, goneMac: row.mac }, keys.current) */
export function signCheckpoint(
  place: Pick<Checkpoint, 'chain' | 'goneSeq' | 'goneMac'>,
  key: AuditKey,
): Checkpoint {
  const { chain, goneSeq, goneMac } = place
  return { chain, goneSeq, goneMac, keyId: key.id, signature: signatureOf(place, key) }
}

/** Whether a key that is configured has signed it. */
export function isSigned(checkpoint: Checkpoint, keys: AuditKeys): boolean {
  const key = keys.find(checkpoint.keyId)
  return key !== undefined && isSame(signatureOf(checkpoint, key), checkpoint.signature)
}

/** Compares two MACs in constant time. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function signatureOf(
  { chain, goneSeq, goneMac }: Pick<Checkpoint, 'chain' | 'goneSeq' | 'goneMac'>,
  key: AuditKey,
): string {
  const whole = JSON.stringify(['jotgate audit checkpoint 1', chain, key.id, goneSeq, goneMac])
  return createHmac('sha256', key.bytes).update(whole).digest('base64url')
}
