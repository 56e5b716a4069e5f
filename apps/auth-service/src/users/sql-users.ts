import { migrate, type Schema, type SqlDatabase, type SqlValue } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { readAttributes, writeAttributes } from './attribute-text.js'
import { secondFactorSchema } from './second-factor/factor-rows.js'
import { deletionOf, userAttributeSchema, userTimeSchema, usersWithRows } from './user-rows.js'
import { loginsKeptEvery, type HashChange, type User, type UserQuery, type Users } from './users.js'
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
const allColumns = `${columns}, created_at, last_login_at, attributes`

const seconds = z.coerce.number().nullable()

const row = z.object({
  id: z.string(),
  username: z.string(),
  password_hash: z.string(),
  roles: z.string(),
  disabled: z.coerce.number(),
  display_name: z.string(),
  email: z.string(),
  created_at: seconds,
  last_login_at: seconds,
  attributes: z.string().nullable(),
})

/**
 * Users in the service's database; creates the tables if they are missing.
 *
 * @param starting the same database, with the deadline of a start; default: `db`
 * @param now Unix time in seconds; default: the system's clock
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const users = await createSqlUsers(db)
 */
export async function createSqlUsers(
  db: SqlDatabase,
  starting = db,
  now: () => number = () => Math.floor(Date.now() / 1000),
): Promise<Users> {
  const schemas = [userSchema, userTimeSchema, userAttributeSchema, secondFactorSchema]
  for (const schema of schemas) await migrate(starting, schema)
  return {
    byId: (id) => one(db, 'id', id),
    byUsername: (username) => one(db, 'username', username.toLowerCase()),
    anyWith: (role) => anyWith(db, role),
    list: (query) => list(db, query),
    create: (user) => create(db, user, now()),
    ...changesIn(db),
    replaceHash: (id, hashes) => replaceHash(db, id, hashes),
    noteLogin: async (id) => {
      await db.query(loginText, [id, now(), now() - loginsKeptEvery])
    },
    remove: (id, also = []) => db.batch([...deletionOf(id), ...also]),
  }
}

/** The changes that answer the changed user. */
function changesIn(
  db: SqlDatabase,
): Pick<Users, 'changeProfile' | 'setDisabled' | 'replaceRoles' | 'rename' | 'replaceAttributes'> {
  /** Runs a change of one row that returns its id; undefined when no row was changed. */
  const change = async (text: string, params: readonly SqlValue[]) => {
    const [changed] = await db.query(text, params)
    return changed && one(db, 'id', String(changed['id']))
  }
  return {
    changeProfile: (id, { displayName, email }) =>
      change(profileText, [displayName ?? null, email ?? null, id]),
    setDisabled: (id, disabled) => change(disabledText, [disabled ? 1 : 0, id]),
    replaceRoles: (id, { from, to }) => change(rolesText, [to.join(' '), id, from.join(' ')]),
    rename: async (id, username) => {
      const renamed = await change(renameText, [username.toLowerCase(), id])
      if (renamed === undefined && (await one(db, 'id', id)) !== undefined) throw nameTaken()
      return renamed
    },
    replaceAttributes: (id, { from, to }) =>
      change(attributesText, [id, writeAttributes(to), writeAttributes(from)]),
  }
}

/** A field that is not given keeps what another change has written meanwhile. */
const profileText = `UPDATE service_users SET display_name = COALESCE($1, display_name), email = COALESCE($2, email)
  WHERE id = $3 RETURNING id`
const disabledText = 'UPDATE service_users SET disabled = $1 WHERE id = $2 RETURNING id'
const rolesText = 'UPDATE service_users SET roles = $1 WHERE id = $2 AND roles = $3 RETURNING id'

async function one(
  db: SqlDatabase,
  where: 'id' | 'username',
  value: string,
): Promise<User | undefined> {
  if (value.includes('\0')) return undefined // PostgreSQL cannot store it in text
  const text = `SELECT ${allColumns} FROM ${usersWithRows} WHERE ${where} = $1`
  const [found] = await db.query(text, [value])
  return found && toUser(found)
}

const renameText = `UPDATE service_users SET username = $1 WHERE id = $2
  AND NOT EXISTS (SELECT 1 FROM service_users AS o WHERE o.username = $1 AND o.id <> $2) RETURNING id`

/** Nothing is written for a user who is gone, here and below. */
const attributesText = `INSERT INTO service_user_attributes (user_id, attributes)
  SELECT id, $2 FROM service_users WHERE id = $1
    AND (EXISTS (SELECT 1 FROM service_user_attributes WHERE user_id = $1) OR $3 = '{}')
  ON CONFLICT (user_id) DO UPDATE SET attributes = excluded.attributes
    WHERE service_user_attributes.attributes = $3
  RETURNING user_id AS id`

const loginText = `INSERT INTO service_user_times (user_id, last_login_at)
  SELECT id, $2 FROM service_users WHERE id = $1
  ON CONFLICT (user_id) DO UPDATE SET last_login_at = excluded.last_login_at
    WHERE COALESCE(service_user_times.last_login_at, 0) <= $3`

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
    `SELECT ${allColumns} FROM ${usersWithRows}
     WHERE username > $1 AND (${matches}) ORDER BY username LIMIT $3`,
    [after.toLowerCase(), pattern, limit],
  )
  return rows.map(toUser)
}

/** The user and when it was created, both or neither. */
async function create(db: SqlDatabase, user: User, now: number): Promise<void> {
  await db.batch([
    {
      text: `INSERT INTO service_users (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (username) DO NOTHING`,
      params: toRow(user),
    },
    {
      text: `INSERT INTO service_user_times (user_id, created_at)
        SELECT id, $2 FROM service_users WHERE id = $1`,
      params: [user.id, now],
    },
  ])
  if ((await one(db, 'id', user.id)) === undefined) throw nameTaken()
}

function nameTaken(): SetupFault {
  return new SetupFault('there is already a user of that name')
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
  const { id, username, password_hash, roles, disabled, display_name, email, ...rows } =
    row.parse(fields)
  return {
    id,
    username,
    passwordHash: password_hash,
    roles: roles.split(' ').filter((role) => role !== ''),
    disabled: disabled !== 0,
    displayName: display_name,
    email,
    ...(rows.created_at === null ? {} : { createdAt: rows.created_at }),
    ...(rows.last_login_at === null ? {} : { lastLoginAt: rows.last_login_at }),
    ...(rows.attributes === null ? {} : { attributes: readAttributes(rows.attributes) }),
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
