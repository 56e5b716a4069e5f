import type { Schema, SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'

/** The tables, by their versions. */
export const secondFactorSchema: Schema = {
  part: 'service_second_factors',
  versions: [
    {
      adds: 'Second factors, sealed with the encryption key, and hashes of recovery codes.',
      statements: [
        `CREATE TABLE service_second_factors (
           user_id TEXT PRIMARY KEY, sealed TEXT NOT NULL, active BIGINT NOT NULL, last_step BIGINT NOT NULL,
           begun_at BIGINT NOT NULL, tries BIGINT NOT NULL)`,
        `CREATE TABLE service_recovery_codes (
           user_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (user_id, hash))`,
      ],
    },
  ],
}

/** A row of a second factor. */
export interface FactorRow {
  readonly sealed: string
  readonly isActive: boolean
  /** The last time step that a code was used of; codes of it and of earlier ones are refused. */
  readonly lastStep: number
}

/** A code that is used, where the row is still the one that was read. */
export interface StepUse {
  readonly row: FactorRow
  readonly step: number
  /** The secret as it is sealed from now on. */
  readonly sealed: string
}

/** A second factor that becomes active, where what was begun is still the same. */
export interface Activation {
  /** The secret as it was begun. */
  readonly from: string
  /** The same, sealed anew: of two activations at once each has another one. */
  readonly to: string
  /** The step of the code that confirms it. */
  readonly step: number
  /** Of the recovery codes. */
  readonly hashes: readonly string[]
}

const row = z
  .object({ sealed: z.string(), active: z.coerce.number(), last_step: z.coerce.number() })
  .transform(({ sealed, active, last_step: lastStep }) => ({
    ...{ sealed, lastStep },
    isActive: active !== 0,
  }))

/** Reads and writes second factors; each change is one statement that all processes agree on. */
export function createFactorRows(db: SqlDatabase) {
  return {
    find: async (userId: string): Promise<FactorRow | undefined> => {
      const text = 'SELECT sealed, active, last_step FROM service_second_factors WHERE user_id = $1'
      const [found] = await db.query(text, [userId])
      return found && row.parse(found)
    },
    /** At a Unix time in seconds. False: there is an active one. */
    begin: (userId: string, sealed: string, at: number) =>
      changes(db, texts.begin, [userId, sealed, at]),
    /**
     * Counts a try of what was begun after `since`, and returns its sealed secret; undefined: nothing was, or it was tried `most`
     * times.
     */
    tryBegun: async (
      userId: string,
      { most, since }: { readonly most: number; readonly since: number },
    ): Promise<string | undefined> => {
      const [found] = await db.query(texts.tryBegun, [userId, most, since])
      return found && z.object({ sealed: z.string() }).parse(found).sealed
    },
    /** False: another request has confirmed or replaced it, and nothing has changed. */
    activate: async (userId: string, { from, to, step, hashes }: Activation): Promise<boolean> => {
      await db.batch([
        { text: texts.activate, params: [step, to, userId, from] },
        { text: texts.removeOldCodes, params: [userId, to] },
        ...hashes.map((hash) => ({ text: texts.addCode, params: [hash, userId, to] })),
      ])
      const [first = ''] = hashes
      return (await db.query(texts.hasCode, [userId, first])).length > 0
    },
    /** False: a code of this step or a later one was used, or the factor was replaced. */
    use: (userId: string, { row: { sealed: from }, step, sealed }: StepUse) =>
      changes(db, texts.use, [step, sealed, userId, from]),
    remove: async (userId: string): Promise<boolean> => {
      const isRemoved = await changes(db, texts.remove, [userId])
      await db.query(texts.removeCodes, [userId])
      return isRemoved
    },
    /** False: there is no such code, or it was used. */
    useRecoveryCode: (userId: string, hash: string) => changes(db, texts.useCode, [userId, hash]),
    countRecoveryCodes: async (userId: string): Promise<number> => {
      const text = 'SELECT COUNT(*) AS codes FROM service_recovery_codes WHERE user_id = $1'
      const [counted] = await db.query(text, [userId])
      return Number(counted?.['codes'] ?? 0)
    },
  }
}

/** Whether a statement has changed a row. */
async function changes(
  db: SqlDatabase,
  text: string,
  params: readonly (string | number)[],
): Promise<boolean> {
  return (await db.query(text, params)).length > 0
}

const texts = {
  begin: `INSERT INTO service_second_factors AS f (user_id, sealed, active, last_step, begun_at, tries)
    VALUES ($1, $2, 0, -1, $3, 0)
    ON CONFLICT (user_id) DO UPDATE
    SET sealed = excluded.sealed, last_step = -1, begun_at = excluded.begun_at, tries = 0 WHERE f.active = 0
    RETURNING user_id`,
  tryBegun: `UPDATE service_second_factors SET tries = tries + 1
    WHERE user_id = $1 AND active = 0 AND tries < $2 AND begun_at > $3 RETURNING sealed`,
  activate: `UPDATE service_second_factors SET active = 1, last_step = $1, sealed = $2
    WHERE user_id = $3 AND sealed = $4 AND active = 0`,
  use: `UPDATE service_second_factors SET last_step = $1, sealed = $2
    WHERE user_id = $3 AND sealed = $4 AND active = 1 AND last_step < $1 RETURNING user_id`,
  remove: 'DELETE FROM service_second_factors WHERE user_id = $1 RETURNING user_id',
  removeCodes: 'DELETE FROM service_recovery_codes WHERE user_id = $1',
  // These two do nothing where the activation before them did not: no other has sealed the secret so.
  removeOldCodes: `DELETE FROM service_recovery_codes WHERE user_id = $1
    AND EXISTS (SELECT 1 FROM service_second_factors f WHERE f.user_id = $1 AND f.sealed = $2)`,
  addCode: `INSERT INTO service_recovery_codes (user_id, hash)
    SELECT user_id, $1 FROM service_second_factors WHERE user_id = $2 AND sealed = $3`,
  hasCode: 'SELECT hash FROM service_recovery_codes WHERE user_id = $1 AND hash = $2',
  useCode: 'DELETE FROM service_recovery_codes WHERE user_id = $1 AND hash = $2 RETURNING user_id',
} as const
