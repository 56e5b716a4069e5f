import type { Schema } from 'jotgate/stores/sqlite'

/**
 * The tables, by their versions. Times are Unix milliseconds. `service_audit_chains` has one row for each chain: its key, and
 * the signed checkpoint of what retention has removed (row 0 at first). Values with a salt beside them are the personal ones.
 */
export const auditSchema: Schema = {
  part: 'service_audit',
  versions: [
    {
      adds: 'The audit log: its rows, its chains with their checkpoints, and the erased users.',
      statements: [
        `CREATE TABLE service_audit_rows (
           chain TEXT NOT NULL, seq BIGINT NOT NULL, mac TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,
           kind TEXT NOT NULL, result TEXT NOT NULL, reason TEXT, actor_kind TEXT NOT NULL, actor TEXT NOT NULL,
           subject_kind TEXT NOT NULL, subject TEXT NOT NULL, client TEXT, sid TEXT, details TEXT, commitments TEXT,
           actor_name TEXT, actor_salt TEXT, subject_name TEXT, subject_salt TEXT, address TEXT, user_agent TEXT,
           place_salt TEXT,
           PRIMARY KEY (chain, seq))`,
        'CREATE INDEX service_audit_at ON service_audit_rows (at)',
        'CREATE INDEX service_audit_kind ON service_audit_rows (kind, at)',
        'CREATE INDEX service_audit_actor ON service_audit_rows (actor, at)',
        'CREATE INDEX service_audit_subject ON service_audit_rows (subject, at)',
        'CREATE INDEX service_audit_client ON service_audit_rows (client, at) WHERE client IS NOT NULL',
        'CREATE INDEX service_audit_sid ON service_audit_rows (sid, at) WHERE sid IS NOT NULL',
        'CREATE INDEX service_audit_address ON service_audit_rows (address, at) WHERE address IS NOT NULL',
        `CREATE TABLE service_audit_chains (
           chain TEXT PRIMARY KEY, key_id TEXT NOT NULL, opened_at BIGINT NOT NULL,
           gone_seq BIGINT NOT NULL, gone_mac TEXT NOT NULL, signature TEXT NOT NULL)`,
        'CREATE TABLE service_audit_erasures (subject TEXT PRIMARY KEY, at BIGINT NOT NULL)',
      ],
    },
  ],
}
