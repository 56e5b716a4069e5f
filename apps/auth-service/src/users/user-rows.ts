import type { Schema, SqlStatement } from 'jotgate/stores/sqlite'

/** When a user was created and has logged in. A part beside `service_users`: the release before goes on without it. */
export const userTimeSchema: Schema = {
  part: 'service_user_times',
  versions: [
    {
      adds: 'When a user was created, and when it last logged in, to the hour; users from before have no row.',
      statements: [
        'CREATE TABLE service_user_times (user_id TEXT PRIMARY KEY, created_at BIGINT, last_login_at BIGINT)',
      ],
    },
  ],
}

/** The attributes of users, as JSON. A part beside `service_users`, for the same reason. */
export const userAttributeSchema: Schema = {
  part: 'service_user_attributes',
  versions: [
    {
      adds: 'The attributes of users, as JSON; a user without a row has none.',
      statements: [
        'CREATE TABLE service_user_attributes (user_id TEXT PRIMARY KEY, attributes TEXT NOT NULL)',
      ],
    },
  ],
}

/** What a query of users reads from, to have its times and attributes too. */
export const usersWithRows = `service_users
  LEFT JOIN service_user_times ON service_user_times.user_id = service_users.id
  LEFT JOIN service_user_attributes ON service_user_attributes.user_id = service_users.id`

/**
 * Every statement that deletes rows of a user, who is `$1`: a table that is about users has its line here. Sessions are
 * those that have ended, and whose access tokens are refused.
 */
const deletions: readonly string[] = [
  'DELETE FROM service_users WHERE id = $1',
  'DELETE FROM service_user_times WHERE user_id = $1',
  'DELETE FROM service_user_attributes WHERE user_id = $1',
  'DELETE FROM service_second_factors WHERE user_id = $1',
  'DELETE FROM service_recovery_codes WHERE user_id = $1',
  `DELETE FROM jotgate_families WHERE subject = $1 AND ended_at IS NOT NULL AND revocation_due IS NULL`,
]

/** Deletes all rows of a user, for one `database.batch`. */
export function deletionOf(id: string): readonly SqlStatement[] {
  return deletions.map((text) => ({ text, params: [id] }))
}
