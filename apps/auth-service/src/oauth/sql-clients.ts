import { randomBytes } from 'node:crypto'
import { migrate, type SqlDatabase, type SqlValue } from 'jotgate/stores/sqlite'
import type { SessionTimes } from '../configuration/configuration.js'
import {
  clientColumns as columns,
  clientSchema,
  toColumns,
  toStored,
  type StoredClient,
} from './client-rows.js'
import {
  clientOriginSchema,
  clientsWithOrigins,
  originsOfAll,
  putOrigins,
  removeOrigins,
} from './client-origins.js'
import { checkChange, checkClient } from './client-rules.js'
import { createSecret, fitsSecret, hashSecret } from './client-secrets.js'
import {
  ClientFault,
  longestOverlap,
  type ClientChange,
  type ClientCredentials,
  type ClientQuery,
  type CreatedClient,
  type NewClient,
  type OAuthClient,
  type OAuthClients,
  type RotatedSecret,
} from './clients.js'

/** The table of clients. */
interface Table {
  readonly db: SqlDatabase
  readonly configuration: SessionTimes
  /** Unix time in seconds. */
  readonly now: () => number
}

/** Options of {@link createSqlClients}. */
export interface SqlClientOptions {
  /** Unix time in seconds; default: the machine's clock. */
  readonly now?: () => number
  /** The same database, with the deadline of a start; default: the one of requests. */
  readonly starting?: SqlDatabase
}

/**
 * OAuth clients in the service's database; creates the table if it is missing.
 *
 * @throws ConfigError when the database is two or more versions ahead; AuthError STORE_UNAVAILABLE
 * @example const clients = await createSqlClients(storage.database, configuration)
 */
export async function createSqlClients(
  db: SqlDatabase,
  configuration: SessionTimes,
  { now = () => Math.floor(Date.now() / 1000), starting = db }: SqlClientOptions = {},
): Promise<OAuthClients> {
  await migrate(starting, clientSchema)
  await migrate(starting, clientOriginSchema)
  const table = { db, configuration, now }
  return {
    list: (query) => list(table, query),
    byId: async (id) => (await find(table, id))?.client,
    origins: () => originsOfAll(db),
    create: (client) => create(table, client),
    change: (id, change) => changeClient(table, id, change),
    remove: async (id) => {
      if (!idShape.test(id)) return false
      const text = 'DELETE FROM service_clients WHERE id = $1 RETURNING id'
      const isRemoved = (await db.query(text, [id])).length > 0
      if (isRemoved) await removeOrigins(db, id)
      return isRemoved
    },
    rotateSecret: (id, keepOld) => rotateSecret(table, id, keepOld),
    endOldSecret: async (id) => (await update(table, id, { old_hash: null, old_until: 0 }))?.client,
    authenticate: async (credentials) => judge(credentials, await find(table, credentials.id)),
  }
}

const idShape = /^client-[\w-]{22}$/

async function find({ db, now }: Table, id: string): Promise<StoredClient | undefined> {
  if (!idShape.test(id)) return undefined
  const [found] = await db.query(
    `SELECT ${columns}, origins FROM ${clientsWithOrigins} WHERE id = $1`,
    [id],
  )
  return found && toStored(found, now())
}

async function list(
  { db, now }: Table,
  { after = { createdAt: -1, id: '' }, limit }: ClientQuery,
): Promise<readonly OAuthClient[]> {
  const rows = await db.query(
    `SELECT ${columns}, origins FROM ${clientsWithOrigins}
     WHERE created_at > $1 OR (created_at = $1 AND id > $2)
     ORDER BY created_at, id LIMIT $3`,
    [after.createdAt, after.id, limit],
  )
  return rows.map((each) => toStored(each, now()).client)
}

async function create(
  { db, configuration, now }: Table,
  request: NewClient,
): Promise<CreatedClient> {
  const checked = checkClient(request, configuration)
  const secret = checked.kind === 'confidential' ? createSecret() : undefined
  const values = {
    id: `client-${randomBytes(16).toString('base64url')}`,
    secret_hash: secret === undefined ? null : hashSecret(secret),
    ...toColumns({ ...checked, disabled: false }),
    created_at: now(),
  }
  const names = Object.keys(values)
  const places = names.map((_, at) => `$${String(at + 1)}`).join(', ')
  const [added = {}] = await db.query(
    `INSERT INTO service_clients (${names.join(', ')}) VALUES (${places}) RETURNING ${columns}`,
    Object.values(values),
  )
  const { origins } = checked
  if (origins.length > 0) await putOrigins(db, values.id, origins)
  return { client: { ...toStored(added, now()).client, origins }, secret }
}

async function changeClient(
  table: Table,
  id: string,
  { disabled, ...change }: ClientChange,
): Promise<OAuthClient | undefined> {
  const stored = await find(table, id)
  if (stored === undefined) return undefined
  const checked = checkChange(stored.client.kind, change, table.configuration)
  if (checked.origins !== undefined) await putOrigins(table.db, id, checked.origins)
  const changed = await update(table, id, toColumns({ ...checked, disabled }))
  return changed?.client
}

async function rotateSecret(
  table: Table,
  id: string,
  keepOld: number,
): Promise<RotatedSecret | undefined> {
  if (!Number.isInteger(keepOld) || keepOld < 0 || keepOld > longestOverlap)
    throw new ClientFault(`keepOld: must be 0 to ${String(longestOverlap)} seconds`)
  const stored = await find(table, id)
  if (stored === undefined) return undefined
  if (stored.client.kind === 'public') throw new ClientFault('kind: a public client has no secret')
  const secret = createSecret()
  // One statement: each of two concurrent rotations keeps the other's secret as the previous one, never an older one.
  const [changed] = await table.db.query(
    `UPDATE service_clients SET old_hash = secret_hash, old_until = $1, secret_hash = $2
     WHERE id = $3 RETURNING ${columns}`,
    [keepOld === 0 ? 0 : table.now() + keepOld, hashSecret(secret), id],
  )
  if (changed === undefined) return undefined
  return { secret, oldSecretUntil: toStored(changed, table.now()).client.oldSecretUntil }
}

/** Sets some columns; without any, the client stays unchanged. */
async function update(
  table: Table,
  id: string,
  values: Readonly<Record<string, SqlValue>>,
): Promise<StoredClient | undefined> {
  const names = Object.keys(values)
  if (names.length === 0 || !idShape.test(id)) return find(table, id)
  const places = names.map((name, at) => `${name} = $${String(at + 2)}`).join(', ')
  await table.db.query(`UPDATE service_clients SET ${places} WHERE id = $1`, [
    id,
    ...Object.values(values),
  ])
  return find(table, id)
}

/** Without a secret only a public client is authenticated, by its id alone. */
function judge(
  { secret }: ClientCredentials,
  stored: StoredClient | undefined,
): OAuthClient | undefined {
  const fitsNew = fitsSecret(secret ?? '', stored?.secretHash)
  const fitsOld = fitsSecret(secret ?? '', stored?.oldHash)
  if (stored === undefined || stored.client.disabled) return undefined
  const isPublic = stored.secretHash === undefined
  return (isPublic ? secret === undefined : fitsNew || fitsOld) ? stored.client : undefined
}
