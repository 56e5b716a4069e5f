import { migrate, type Schema, type SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { applyChange, type HashChange, type User, type UserQuery, type Users } from './users.js'
import { SetupFault } from '../foundation/setup-fault.js'

/** The table, by its versions. */
export const userSchema: Schema = {
  part: 'service_users',
  versions: [
    {
      adds: 'Users, with their password hashes and roles.',
      statements: [
        // The table as it was created before its versions had numbers.
        `CREATE TABLE IF NOT EXISTS service_users (
           id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL, roles TEXT NOT NULL,
           disabled BIGINT NOT NULL, display_name TEXT NOT NULL, email TEXT NOT NULL)`,
      ],
    },
  ],
}

const columns = 'id, username, password_hash, roles, disabled, display_name, email'

const row = z.object({
  id: z.string(),
  username: z.string(),
  password_hash: z.string(),
  roles: z.string(),
  disabled: z.coerce.number(),
  display_name: z.string(),
  email: z.string(),
})

/**
 * Users in the service's database; creates the table if it is missing.
 *
 * @param starting the same database, with the deadline of a start; default: `db`
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const users = await createSqlUsers(db)
 */
export async function createSqlUsers(db: SqlDatabase, starting = db): Promise<Users> {
  await migrate(starting, userSchema)
  const one = async (where: 'id' | 'username', value: string): Promise<User | undefined> => {
    if (value.includes('\0')) return undefined // PostgreSQL cannot store it in text
    const rows = await db.query(`SELECT ${columns} FROM service_users WHERE ${where} = $1`, [value])
    return rows[0] === undefined ? undefined : toUser(rows[0])
  }
  return {
    byId: (id) => one('id', id),
    byUsername: (username) => one('username', username.toLowerCase()),
    anyWith: (role) => anyWith(db, role),
    list: (query) => list(db, query),
    create: (user) => create(db, user),
    changeProfile: async (id, change) => {
      const user = await one('id', id)
      if (!user) return undefined
      const changed = applyChange(user, change)
      await db.query('UPDATE service_users SET display_name = $1, email = $2 WHERE id = $3', [
        changed.displayName,
        changed.email,
        id,
      ])
      return changed
    },
    setDisabled: async (id, disabled) => {
      const text = `UPDATE service_users SET disabled = $1 WHERE id = $2 RETURNING ${columns}`
      const [changed] = await db.query(text, [disabled ? 1 : 0, id])
      return changed && toUser(changed)
    },
    replaceRoles: async (id, { from, to }) => {
      const text = `UPDATE service_users SET roles = $1 WHERE id = $2 AND roles = $3 RETURNING ${columns}`
      const [changed] = await db.query(text, [to.join(' '), id, from.join(' ')])
      return changed && toUser(changed)
    },
    replaceHash: (id, change) => replaceHash(db, id, change),
  }
}

async function anyWith(db: SqlDatabase, role: string): Promise<boolean> {
  // LIKE ignores case in one database and not in the other.
  const text = `SELECT 1 AS found FROM service_users
     WHERE disabled = 0 AND replace(' ' || roles || ' ', $1, '') <> ' ' || roles || ' ' LIMIT 1`
  return (await db.query(text, [` ${role} `])).length > 0
}

async function list(
  db: SqlDatabase,
  { search = '', after = '', limit }: UserQuery,
): Promise<readonly User[]> {
  if (search.includes('\0') || after.includes('\0')) return []
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  // The database lowers the case on both sides: no two programs agree on all characters.
  const matches = ['username', 'display_name', 'email']
    .map((column) => `lower(${column}) LIKE lower($2) ESCAPE '\\'`)
    .join(' OR ')
  const rows = await db.query(
    `SELECT ${columns} FROM service_users WHERE username > $1 AND (${matches}) ORDER BY username LIMIT $3`,
    [after.toLowerCase(), pattern, limit],
  )
  return rows.map(toUser)
}

async function create(db: SqlDatabase, user: User): Promise<void> {
  const added = await db.query(
    `INSERT INTO service_users (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (username) DO NOTHING RETURNING id`,
    toRow(user),
  )
  if (added.length === 0) throw new SetupFault('there is already a user of that name')
}

async function replaceHash(
  db: SqlDatabase,
  id: string,
  { from, to }: HashChange,
): Promise<boolean> {
  const changed = await db.query(
    'UPDATE service_users SET password_hash = $1 WHERE id = $2 AND password_hash = $3 RETURNING id',
    [to, id, from],
  )
  return changed.length > 0
}

function toUser(fields: unknown): User {
  const { id, username, password_hash, roles, disabled, display_name, email } = row.parse(fields)
  return {
    id,
    username,
    passwordHash: password_hash,
    roles: roles.split(' ').filter((role) => role !== ''),
    disabled: disabled !== 0,
    displayName: display_name,
    email,
  }
}

function toRow(user: User): (string | number)[] {
  return [
    user.id,
    user.username,
    user.passwordHash,
    user.roles.join(' '),
    user.disabled ? 1 : 0,
    user.displayName,
    user.email,
  ]
}
