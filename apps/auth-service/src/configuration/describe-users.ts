import type { Configuration } from './configuration.js'

/**
 * Where users are kept, for operators; without the password of a database.
 *
 * @example describeUsers(configuration) // 'in the table shop.customers of the database at db.example'
 */
export function describeUsers({ users }: Pick<Configuration, 'users'>): string {
  if (users === undefined) return 'in the service’s own table'
  if (users.kind === 'endpoint') return `at the endpoint ${users.url}`
  const { name, database } = users
  if (database === undefined) return `in the table ${name} of the service’s database`
  const { host } = new URL(database)
  return `in the table ${name} of ${host === '' ? 'another database' : `the database at ${host}`}`
}
