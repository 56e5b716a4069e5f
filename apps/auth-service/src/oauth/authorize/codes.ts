import { createHash, randomBytes } from 'node:crypto'
import {
  migrate,
  type Schema,
  type SqlDatabase,
  type SqlRow,
  type SqlValue,
} from 'jotgate/stores/sqlite'
import { integerOf, textOf } from './columns.js'
import { z } from 'zod'
import {
  databaseClock,
  type DatabaseClock,
  type DatabaseKind,
} from '../../outbox/database-clock.js'

/** What a code is bound to (RFC 6749 section 4.1.2, RFC 7636, RFC 8707, OpenID Connect Core section 3.1.2). */
export interface CodeGrant {
  readonly client: string
  readonly redirectUri: string
  /** By S256; undefined where the client's registration allows a request without. */
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  /** What was granted, each once. */
  readonly scope: readonly string[]
  /** `aud` of the access tokens: the resources that were asked for, or the first audience of the client. */
  readonly audience: readonly string[]
  readonly subject: string
  /** The session of the browser that the code comes from. */
  readonly ssoSid: string
  /** Unix seconds. */
  readonly authTime: number
  readonly amr: readonly string[]
  readonly acr: string | undefined
  /** Whether `max_age` was asked for, so that the ID token must have `auth_time`. */
  readonly wantsAuthTime: boolean
}

/** A code that was redeemed just now, or by an earlier request. */
export type Redeemed =
  | { readonly kind: 'redeemed'; readonly grant: CodeGrant }
  /** Presented a second time: `sid` is the session that it began, if one was begun. */
  | { readonly kind: 'again'; readonly sid: string | undefined; readonly seconds: number }
  /** No such code, one that has expired, or one of another client, redirect address or verifier: it stays as it was. */
  | { readonly kind: 'refused' }

/** Who presents a code, and with what. */
export interface Presented {
  readonly code: string
  readonly client: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
}

/** Authorization codes: 256 random bits, kept as a hash for 60 seconds. */
export interface Codes {
  /** @returns the code */
  create(grant: CodeGrant): Promise<string>
  /** Redeems a code with one statement, so that of many requests at once one alone gets it. */
  redeem(presented: Presented): Promise<Redeemed>
}

/** Seconds that a code can be redeemed for (RFC 6749 section 4.1.2 advises at most ten minutes). */
const codeLife = 60

/** Milliseconds after its expiry that a code is known for, so that a second presentation is noticed. */
const keptAfter = 3_600_000

/** Rows that one sweep removes at most. */
const sweptAtOnce = 1000

/** The table, by its versions. Times are Unix milliseconds. */
export const codeSchema: Schema = {
  part: 'service_codes',
  versions: [
    {
      adds: 'Authorization codes, by their hashes.',
      statements: [
        `CREATE TABLE service_codes (hash TEXT PRIMARY KEY, client TEXT NOT NULL, redirect_uri TEXT NOT NULL,
           code_challenge TEXT, subject TEXT NOT NULL, rest TEXT NOT NULL, expires_at BIGINT NOT NULL, redeemed_at BIGINT)`,
        'CREATE INDEX service_codes_expires ON service_codes (expires_at)',
        'CREATE INDEX service_codes_subject ON service_codes (subject)',
      ],
    },
  ],
}

/** Options of {@link openCodes}. */
export interface CodesParts {
  readonly database: SqlDatabase
  readonly kind: DatabaseKind
  /** The same database, with the deadline of a start; default: `database`. */
  readonly starting?: SqlDatabase
  /** The session that a code began, by the code's hash. */
  readonly sidOf: (hash: string) => Promise<string | undefined>
  /** Unix milliseconds, for tests. Default: the clock of PostgreSQL, or of this machine over a file. */
  readonly now?: () => number
}

/** The codes of a service, and what its regular work and the deletion of a user need. */
export interface StoredCodes extends Codes {
  /** Removes some codes that expired an hour ago; how many. */
  sweep(): Promise<number>
  /** Forgets the codes of a user who is deleted. */
  removeOf(subject: string): Promise<void>
}

/**
 * Opens the codes, and creates their table if it is missing.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const codes = await openCodes({ database, kind: 'sqlite', sidOf: (hash) => sites.sidOfCode(hash) })
 */
export async function openCodes(parts: CodesParts): Promise<StoredCodes> {
  const { database, kind, starting = database } = parts
  await migrate(starting, codeSchema)
  const clock = databaseClock(kind, parts.now)
  return {
    create: async (grant) => {
      const code = randomBytes(32).toString('base64url')
      await insertCode({ database, clock }, codeHash(code), grant)
      return code
    },
    redeem: async (presented) => {
      const rows = await redeemOnce({ database, clock }, presented)
      if (rows[0] !== undefined) return { kind: 'redeemed', grant: readGrant(rows[0]) }
      return whyNot(parts, clock, presented)
    },
    sweep: async () => {
      const rows = await database.query(
        `DELETE FROM service_codes WHERE hash IN (SELECT hash FROM service_codes
           WHERE expires_at < ${clock.now} - ${String(keptAfter)} LIMIT ${String(sweptAtOnce)}) RETURNING hash`,
        [clock.value()],
      )
      return rows.length
    },
    removeOf: async (subject) => {
      await database.query('DELETE FROM service_codes WHERE subject = $1', [subject])
    },
  }
}

/** The name of a code in the database. A code has 256 random bits, so its plain hash cannot be guessed back. */
export function codeHash(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}

interface Place {
  readonly database: SqlDatabase
  readonly clock: DatabaseClock
}

async function insertCode({ database, clock }: Place, hash: string, grant: CodeGrant) {
  const { client, redirectUri, codeChallenge = null, subject, ...rest } = grant
  await database.query(
    `INSERT INTO service_codes (expires_at, hash, client, redirect_uri, code_challenge, subject, rest)
     VALUES (${clock.now} + ${String(codeLife * 1000)}, $2, $3, $4, $5, $6, $7)`,
    [clock.value(), hash, client, redirectUri, codeChallenge, subject, JSON.stringify(rest)],
  )
}

/** What a presentation must have for its code: a verifier exactly where there is a challenge (RFC 7636, RFC 9700 section 2.1.1). */
const fits = `hash = $2 AND client = $3 AND redirect_uri = $4 AND COALESCE(code_challenge, '') = $5`

function fitting({ code, client, redirectUri, codeVerifier }: Presented): SqlValue[] {
  const challenge =
    codeVerifier === undefined ? '' : createHash('sha256').update(codeVerifier).digest('base64url')
  return [codeHash(code), client, redirectUri ?? '', challenge]
}

/** The one statement that decides which of many requests gets the code. */
function redeemOnce({ database, clock }: Place, presented: Presented) {
  return database.query(
    `UPDATE service_codes SET redeemed_at = ${clock.now}
     WHERE ${fits} AND redeemed_at IS NULL AND expires_at > ${clock.now}
     RETURNING client, redirect_uri, code_challenge, subject, rest`,
    [clock.value(), ...fitting(presented)],
  )
}

/** A code that was redeemed, or one that does not exist for this caller. */
async function whyNot(
  { database, sidOf }: CodesParts,
  clock: DatabaseClock,
  presented: Presented,
): Promise<Redeemed> {
  const [row] = await database.query(
    `SELECT ${clock.now} - redeemed_at AS age FROM service_codes WHERE ${fits} AND redeemed_at IS NOT NULL`,
    [clock.value(), ...fitting(presented)],
  )
  if (row === undefined) return { kind: 'refused' }
  const seconds = Math.max(0, Math.floor(integerOf(row, 'age') / 1000))
  return { kind: 'again', sid: await sidOf(codeHash(presented.code)), seconds }
}

const names = z.array(z.string())
const rest = z.object({
  nonce: z.string().optional(),
  scope: names,
  audience: names,
  ssoSid: z.string(),
  authTime: z.number(),
  amr: names,
  acr: z.string().optional(),
  wantsAuthTime: z.boolean(),
})

function readGrant(row: SqlRow): CodeGrant {
  const { nonce, acr, ...others } = rest.parse(JSON.parse(textOf(row, 'rest')))
  return {
    ...others,
    ...{ nonce, acr },
    client: textOf(row, 'client'),
    redirectUri: textOf(row, 'redirect_uri'),
    codeChallenge: row['code_challenge'] === null ? undefined : textOf(row, 'code_challenge'),
    subject: textOf(row, 'subject'),
  }
}
