import type { KeyRingStore } from '../../key-sources/ports.js'
import type { RevocationStore } from '../../revocation/ports.js'
import type { SessionStore } from '../../session/ports.js'
import { keysSchema, sqlKeys } from './keys.js'
import type { SqlDatabase } from './database.js'
import { sessionsSchema, sqlSessions } from './sessions.js'
import { atSameTime, migrate } from './migrate.js'
import { revocationsSchema, sqlRevocations, type RevocationDialect } from './revocations.js'

/** State in an SQL database. */
export interface SqlStores {
  readonly sessions: SessionStore
  readonly revocations: RevocationStore
  readonly keys: KeyRingStore
  /**
   * Makes or brings forward the tables. Every store does it by itself before its first use; a program that wants to
   * know at its start calls it there. @throws ConfigError, AuthError STORE_UNAVAILABLE
   */
  migrate(): Promise<void>
}

/** The stores over any database that speaks {@link SqlDatabase}; `first` is run before the tables are made. */
export function sqlStores(
  database: SqlDatabase,
  dialect: RevocationDialect,
  first: readonly string[] = [],
): SqlStores {
  const prepare = once(async () => {
    for (const text of first) await atSameTime(() => database.query(text))
    await migrate(database, sessionsSchema)
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
  return {
    sessions: sqlSessions({ query }),
    revocations: sqlRevocations({ query, batch }, dialect),
    keys: sqlKeys({ query }),
    migrate: prepare,
  }
}

/** One run for everybody who asks; after a failure the next one tries again. */
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
