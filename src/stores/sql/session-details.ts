import type { Schema } from './migrate.js'
import { sweepAt } from './session-sweep.js'

/** A part of its own beside `families`: each part may move by one version in a release. */
export const sessionDetailsSchema: Schema = {
  part: 'session_details',
  versions: [
    {
      adds: 'What is kept with a session: facts, and how and when its user logged in. What is over is found without reading all.',
      statements: [
        'ALTER TABLE jotgate_families ADD COLUMN details TEXT',
        'ALTER TABLE jotgate_families ADD COLUMN sweep_at BIGINT',
        `CREATE INDEX jotgate_families_sweep ON jotgate_families (${sweepAt})`,
        'CREATE INDEX jotgate_families_ended ON jotgate_families (ended_at) WHERE ended_at IS NOT NULL',
        'CREATE TABLE jotgate_turns (part TEXT PRIMARY KEY, until BIGINT NOT NULL)',
      ],
    },
  ],
}
