import { migrate, type Schema, type SqlDatabase, type SqlRow } from 'jotgate/stores/sqlite'
import { integerOf, textOf } from './columns.js'

/** What a user has allowed a client. */
export interface Consent {
  readonly subject: string
  readonly client: string
  /** The scope that was allowed, each name once; consents for more are asked for anew. */
  readonly scope: readonly string[]
  /** `aud` of the tokens that were allowed. */
  readonly audience: readonly string[]
  /** Unix seconds. */
  readonly at: number
}

/** The consents that users have given. */
export interface Consents {
  /** Whether an earlier consent allows all of this. */
  covers(asked: Omit<Consent, 'at'>): Promise<boolean>
  /** Keeps a consent, beside what the user has allowed this client before. */
  give(consent: Omit<Consent, 'at'>): Promise<void>
  /** By client; those of clients that are gone too. */
  listOf(subject: string): Promise<readonly Consent[]>
  /** Forgets what a user has allowed a client; whether there was anything. Ending the sessions is the caller's part. */
  withdraw(subject: string, client: string): Promise<boolean>
}

/** The table, by its versions. `at` is Unix seconds. */
export const consentSchema: Schema = {
  part: 'service_consents',
  versions: [
    {
      adds: 'What users have allowed clients: a row for each audience.',
      statements: [
        `CREATE TABLE service_consents (subject TEXT NOT NULL, client TEXT NOT NULL, audience TEXT NOT NULL,
           scope TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (subject, client, audience, scope))`,
      ],
    },
  ],
}

/** The consents of a service, and what the deletion of a user needs. */
export interface StoredConsents extends Consents {
  /** Forgets the consents of a user who is deleted. */
  removeOf(subject: string): Promise<void>
}

/** Options of {@link openConsents}. */
export interface ConsentsParts {
  readonly database: SqlDatabase
  /** The same database, with the deadline of a start; default: `database`. */
  readonly starting?: SqlDatabase
  /** Unix seconds, for tests. */
  readonly now?: () => number
}

/**
 * Opens the consents, and creates their table if it is missing. Each row is one scope for one audience, so that two consents at
 * once do not overwrite each other; a consent to no scope is the row of the scope ''.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const consents = await openConsents({ database })
 */
export async function openConsents(parts: ConsentsParts): Promise<StoredConsents> {
  const { database, starting = database, now = () => Math.floor(Date.now() / 1000) } = parts
  await migrate(starting, consentSchema)
  const rowsOf = (subject: string) =>
    database.query(
      'SELECT client, audience, scope, at FROM service_consents WHERE subject = $1 ORDER BY client, at',
      [subject],
    )
  return {
    covers: async ({ subject, client, scope, audience }) => {
      const rows = (await rowsOf(subject)).filter((row) => textOf(row, 'client') === client)
      const allowed = new Set(
        rows.map((row) => pair(textOf(row, 'audience'), textOf(row, 'scope'))),
      )
      return (
        audience.length > 0 && pairs(audience, scope).every((each) => allowed.has(pair(...each)))
      )
    },
    give: async ({ subject, client, scope, audience }) => {
      const at = now()
      await database.batch(
        pairs(audience, scope).map((each) => ({
          text: `INSERT INTO service_consents (subject, client, audience, scope, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject, client, audience, scope) DO UPDATE SET at = excluded.at`,
          params: [subject, client, ...each, at],
        })),
      )
    },
    listOf: async (subject) => gather(subject, await rowsOf(subject)),
    withdraw: async (subject, client) => {
      const text =
        'DELETE FROM service_consents WHERE subject = $1 AND client = $2 RETURNING client'
      return (await database.query(text, [subject, client])).length > 0
    },
    removeOf: async (subject) => {
      await database.query('DELETE FROM service_consents WHERE subject = $1', [subject])
    },
  }
}

/** Each scope for each audience, in one order for all, so that two transactions do not wait for each other. */
function pairs(audience: readonly string[], scope: readonly string[]): [string, string][] {
  return audience
    .toSorted()
    .flatMap((each) => ['', ...scope.toSorted()].map((name): [string, string] => [each, name]))
}

function pair(audience: string, scope: string): string {
  return JSON.stringify([audience, scope])
}

/** One consent for each client; its time is that of the newest part. */
function gather(subject: string, rows: readonly SqlRow[]): readonly Consent[] {
  return distinct(rows, 'client').map((client) => {
    const its = rows.filter((row) => textOf(row, 'client') === client)
    return {
      ...{ subject, client },
      scope: distinct(its, 'scope').filter((name) => name !== ''),
      audience: distinct(its, 'audience'),
      at: Math.max(...its.map((row) => integerOf(row, 'at'))),
    }
  })
}

function distinct(rows: readonly SqlRow[], column: string): readonly string[] {
  return [...new Set(rows.map((row) => textOf(row, column)))]
}
