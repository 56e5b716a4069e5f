import type { KeyRingStore } from '../../key-sources/ports.js'
import type { RevocationStore } from '../../revocation/ports.js'
import type { SessionStore } from '../../session/ports.js'
import type { AttemptStore } from '../../session-routes/ports.js'
import { attemptsSchema, sqlAttempts } from './attempts.js'
import { keysSchema, sqlKeys } from './keys.js'
import { sqlClock } from './clock.js'
import type { SqlDatabase } from './database.js'
import { sessionDetailsSchema } from './session-details.js'
import { sessionsSchema, sqlSessions, type SessionDialect } from './sessions.js'
import { atSameTime, migrate } from './migrate.js'
import { revocationsSchema, sqlRevocations, type RevocationDialect } from './revocations.js'

/** Stores in an SQL database. */
export interface SqlStores {
  readonly sessions: SessionStore
  readonly revocations: RevocationStore
  readonly keys: KeyRingStore
  /** Counts of failed logins, for `sessionRoutes`. Its table is created at its first use, or by {@link migrate}. */
  readonly attempts: AttemptStore
  /**
   * Creates or upgrades the tables. Every store does this before its first use; call it at the start of a program that
   * should fail early. @throws ConfigError, AuthError STORE_UNAVAILABLE
   */
  migrate(): Promise<void>
}

/** The stores over any {@link SqlDatabase}; `first` runs before the tables are created. */
export function sqlStores(
  database: SqlDatabase,
  dialect: RevocationDialect & SessionDialect,
  first: readonly string[] = [],
): SqlStores {
  const prepare = once(async () => {
    for (const text of first) await atSameTime(() => database.query(text))
    await migrate(database, sessionsSchema)
    await migrate(database, sessionDetailsSchema)
    await migrate(database, revocationsSchema)
    await migrate(database, keysSchema)
  })
  const query: SqlDatabase['query'] = async (text, params) => {
    await prepare()
    return database.query(text, params)
  }
  const batch: SqlDatabase['batch'] = async (statements) => {
    await prepare()
    await database.batch(statements)
  }
  const prepareAttempts = once(async () => {
    await prepare()
    await migrate(database, attemptsSchema)
  })
  const attempts: SqlDatabase['query'] = async (text, params) => {
    await prepareAttempts()
    return database.query(text, params)
  }
  const clock = sqlClock({ query }, dialect.clock)
  return {
    sessions: { ...sqlSessions({ query }, dialect), ...clock },
    revocations: { ...sqlRevocations({ query, batch }, dialect), ...clock },
    keys: { ...sqlKeys({ query }), ...clock },
    attempts: sqlAttempts({ query: attempts }),
    migrate: prepareAttempts,
  }
}

/** Shares one run among all callers; after a failure the next call tries again. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run().catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }
}
