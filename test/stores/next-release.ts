import type { SqlDatabase } from '../../src/stores/sql/database.js'
import { keysSchema } from '../../src/stores/sql/keys.js'
import { migrate, type Schema } from '../../src/stores/sql/migrate.js'
import { revocationsSchema } from '../../src/stores/sql/revocations.js'
import { sessionsSchema } from '../../src/stores/sql/sessions.js'

/** What a next release may do to each part: every kind of step that the release before goes on over. */
const steps: readonly (readonly [Schema, readonly string[]])[] = [
  [
    sessionsSchema,
    [
      'ALTER TABLE jotgate_families ADD COLUMN device TEXT',
      'CREATE INDEX jotgate_families_device ON jotgate_families (device)',
    ],
  ],
  [
    revocationsSchema,
    ["ALTER TABLE jotgate_revocations ADD COLUMN reason TEXT NOT NULL DEFAULT ''"],
  ],
  [
    keysSchema,
    [
      'ALTER TABLE jotgate_key_rings ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0',
      'CREATE TABLE jotgate_key_events (at BIGINT PRIMARY KEY, what TEXT NOT NULL)',
    ],
  ],
]

/** Brings every part one version further than this release knows. */
export async function migrateToNext(database: SqlDatabase): Promise<void> {
  for (const [schema, statements] of steps) await migrate(database, after(schema, statements))
}

/** Brings sessions two versions further than this release knows. */
export async function migrateTooFar(database: SqlDatabase): Promise<void> {
  await migrateToNext(database)
  const next = after(sessionsSchema, [])
  await migrate(database, after(next, ['ALTER TABLE jotgate_families ADD COLUMN place TEXT']))
}

function after(schema: Schema, statements: readonly string[]): Schema {
  const versions = [...schema.versions, { adds: 'What comes next.', statements }]
  return { ...schema, versions }
}
