import { migrate, type Schema, type SqlDatabase } from 'jotgate/stores/sqlite'

/** The table, by its versions. Times are Unix milliseconds. */
export const outboxSchema: Schema = {
  part: 'service_outbox',
  versions: [
    {
      adds: 'Messages that wait for their delivery, and those that were given up.',
      statements: [
        // While a process delivers a message, `due_at` is the end of its lease.
        `CREATE TABLE service_outbox (topic TEXT NOT NULL, target TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
           created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, give_up_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
           lease TEXT, failed_at BIGINT, problem TEXT, PRIMARY KEY (topic, target, id))`,
        `CREATE INDEX service_outbox_due ON service_outbox (topic, target, due_at, created_at)
           WHERE failed_at IS NULL`,
        `CREATE INDEX service_outbox_failed ON service_outbox (failed_at) WHERE failed_at IS NOT NULL`,
      ],
    },
  ],
}

/**
 * Creates the table.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 */
export async function migrateOutbox(database: SqlDatabase): Promise<void> {
  await migrate(database, outboxSchema)
}
