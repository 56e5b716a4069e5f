import { randomBytes } from 'node:crypto'
import { migrate, type SqlDatabase, type SqlValue } from 'jotgate/stores/sqlite'
import { assertionSchema, createAssertions, type Assertions } from './client-assertion.js'
import { clientKeySchema, putKeys, removeKeys, toKeyColumns } from './client-keys.js'
import {
  clientColumns as columns,
  clientSchema,
  selectClients,
  toColumns,
  toStored,
  type StoredClient,
} from './client-rows.js'
import { clientOriginSchema, originsOfAll, putOrigins, removeOrigins } from './client-origins.js'
import { checkChange, checkClient, type CheckedChange, type ClientRules } from './client-rules.js'
import { createSecret, fitsSecret, hashSecret } from './client-secrets.js'
import { clientSignInSchema, putSignIn, removeSignIn, toSignInColumns } from './client-sign-in.js'
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

/** The table of clients, and those beside it. */
const clientSchemas = [
  clientSchema,
  clientOriginSchema,
  clientSignInSchema,
  clientKeySchema,
  assertionSchema,
]

/** The table of clients. */
interface Table {
  readonly db: SqlDatabase
  readonly configuration: ClientRules
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
  configuration: ClientRules,
  { now = () => Math.floor(Date.now() / 1000), starting = db }: SqlClientOptions = {},
): Promise<OAuthClients> {
  for (const schema of clientSchemas) await migrate(starting, schema)
  const table = { db, configuration, now }
  const assertions = createAssertions({ db, issuer: configuration.issuer, now })
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
      if (!isRemoved) return false
      for (const forget of [removeOrigins, removeSignIn, removeKeys]) await forget(db, id)
      return true
    },
    rotateSecret: (id, keepOld) => rotateSecret(table, id, keepOld),
    endOldSecret: async (id) => (await update(table, id, { old_hash: null, old_until: 0 }))?.client,
    authenticate: async (credentials) => {
      const stored = await find(table, credentials.id)
      const { assertion } = credentials
      if (assertion === undefined) return judge(credentials, stored)
      return judgeAssertion(assertions, assertion, stored?.client)
    },
  }
}

const idShape = /^client-[\w-]{22}$/

async function find({ db, now }: Table, id: string): Promise<StoredClient | undefined> {
  if (!idShape.test(id)) return undefined
  const [found] = await db.query(`${selectClients} WHERE id = $1`, [id])
  return found && toStored(found, now())
}

async function list(
  { db, now }: Table,
  { after = { createdAt: -1, id: '' }, limit }: ClientQuery,
): Promise<readonly OAuthClient[]> {
  const rows = await db.query(
    `${selectClients}
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
  const id = `client-${randomBytes(16).toString('base64url')}`
  // Rows beside come first: there is no moment at which the client has fewer duties than were asked for.
  const { signIn, keys, origins } = checked
  await putBeside(db, id, {
    origins: origins.length === 0 ? undefined : origins,
    signIn: signIn ?? undefined,
    keys: keys ?? undefined,
  })
  const values = {
    id,
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
  const beside = {
    origins: origins.join(' '),
    ...(signIn === null ? {} : toSignInColumns(signIn)),
    ...(keys === null ? {} : toKeyColumns(keys)),
  }
  const { client } = toStored({ ...added, ...beside }, now())
  return { client, secret: keys === null ? secret : undefined }
}

/** Writes what has tables beside; null takes away. */
async function putBeside(
  db: SqlDatabase,
  id: string,
  { origins, signIn, keys }: Pick<CheckedChange, 'origins' | 'signIn' | 'keys'>,
): Promise<void> {
  if (origins !== undefined) await putOrigins(db, id, origins)
  if (signIn) await putSignIn(db, id, signIn)
  if (signIn === null) await removeSignIn(db, id)
  if (keys) await putKeys(db, id, keys)
  if (keys === null) await removeKeys(db, id)
}

async function changeClient(
  table: Table,
  id: string,
  { disabled, ...change }: ClientChange,
): Promise<OAuthClient | undefined> {
  const stored = await find(table, id)
  if (stored === undefined) return undefined
  const checked = checkChange(stored.client, change, table.configuration)
  await putBeside(table.db, id, checked)
  const secrets = checked.keys ? withoutSecret() : {}
  const changed = await update(table, id, { ...toColumns({ ...checked, disabled }), ...secrets })
  return changed?.client
}

/** Columns of a client that authenticates by keys: a hash of bytes that are forgotten, so that it never counts as public. */
function withoutSecret() {
  return { secret_hash: hashSecret(createSecret()), old_hash: null, old_until: 0 }
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
  if (stored.client.keys !== undefined)
    throw new ClientFault('keys: this client authenticates by its keys; take them away first')
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

/** A disabled client's assertion is not used up: it may be enabled again. */
async function judgeAssertion(
  assertions: Assertions,
  assertion: string,
  client: OAuthClient | undefined,
): Promise<OAuthClient | undefined> {
  if (client === undefined || client.disabled) return undefined
  return (await assertions.prove(client, assertion)) ? client : undefined
}
