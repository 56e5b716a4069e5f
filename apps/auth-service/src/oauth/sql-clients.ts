import { randomBytes } from 'node:crypto'
import type { SqlDatabase, SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { SessionTimes } from '../configuration/configuration.js'
import { createTable } from '../create-table.js'
import { checkClient } from './client-rules.js'
import { createSecret, fitsSecret, hashSecret } from './client-secrets.js'
import {
  ClientFault,
  grants,
  type ClientCredentials,
  type CreatedClient,
  type NewClient,
  type OAuthClient,
  type OAuthClients,
} from './clients.js'

const columns = 'id, name, secret_hash, grants, scopes, audiences, policy, disabled, created_at'

const policy = z.object({
  accessTtl: z.number().optional(),
  refreshTtl: z.number().optional(),
  grace: z.number().optional(),
  recoverWithin: z.number().optional(),
})

const row = z.object({
  id: z.string(),
  name: z.string(),
  secret_hash: z.string().nullable(),
  grants: z.string(),
  scopes: z.string(),
  audiences: z.string(),
  policy: z.string().transform((text) => policy.parse(JSON.parse(text))),
  disabled: z.coerce.number(),
  created_at: z.coerce.number(),
})

/** A client and what its secret is checked with. */
interface StoredClient {
  readonly client: OAuthClient
  readonly secretHash: string | undefined
}

/**
 * OAuth clients in the service's database; makes the table where it is missing.
 *
 * @example const clients = await createSqlClients(storage.database, configuration)
 */
export async function createSqlClients(
  db: SqlDatabase,
  configuration: SessionTimes,
): Promise<OAuthClients> {
  await createTable(
    db,
    `CREATE TABLE IF NOT EXISTS service_clients (
       id TEXT PRIMARY KEY, name TEXT NOT NULL, secret_hash TEXT, grants TEXT NOT NULL, scopes TEXT NOT NULL,
       audiences TEXT NOT NULL, policy TEXT NOT NULL, disabled BIGINT NOT NULL, created_at BIGINT NOT NULL)`,
  )
  const find = async (id: string): Promise<StoredClient | undefined> => {
    if (!idShape.test(id)) return undefined
    const [found] = await db.query(`SELECT ${columns} FROM service_clients WHERE id = $1`, [id])
    return found && toStored(found)
  }
  return {
    list: async () => {
      const rows = await db.query(
        `SELECT ${columns} FROM service_clients ORDER BY created_at, id`,
        [],
      )
      return rows.map((each) => toStored(each).client)
    },
    byId: async (id) => (await find(id))?.client,
    create: (client) => create(db, client, configuration),
    setDisabled: async (id, disabled) => {
      if (!idShape.test(id)) return undefined
      const [changed] = await db.query(
        `UPDATE service_clients SET disabled = $1 WHERE id = $2 RETURNING ${columns}`,
        [disabled ? 1 : 0, id],
      )
      return changed && toStored(changed).client
    },
    rotateSecret: async (id) => {
      const stored = await find(id)
      return stored && replaceSecret(db, stored.client)
    },
    authenticate: async (credentials) => judge(credentials, await find(credentials.id)),
  }
}

const idShape = /^client-[\w-]{22}$/

async function create(
  db: SqlDatabase,
  request: NewClient,
  configuration: SessionTimes,
): Promise<CreatedClient> {
  const checked = checkClient(request, configuration)
  const secret = checked.kind === 'confidential' ? createSecret() : undefined
  const [added] = await db.query(
    `INSERT INTO service_clients (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
    [
      `client-${randomBytes(16).toString('base64url')}`,
      checked.name,
      secret === undefined ? null : hashSecret(secret),
      checked.grants.join(' '),
      checked.scopes.join(' '),
      checked.audiences.join(' '),
      JSON.stringify(checked.policy),
      0,
      Math.floor(Date.now() / 1000),
    ],
  )
  return { client: toStored(added).client, secret }
}

async function replaceSecret(
  db: SqlDatabase,
  { id, kind }: OAuthClient,
): Promise<string | undefined> {
  if (kind === 'public') throw new ClientFault('kind: a public client has no secret')
  const secret = createSecret()
  const changed = await db.query(
    'UPDATE service_clients SET secret_hash = $1 WHERE id = $2 AND secret_hash IS NOT NULL RETURNING id',
    [hashSecret(secret), id],
  )
  return changed.length === 0 ? undefined : secret
}

/** Whoever sends no secret is compared with none, so that a public client is its id and nothing else. */
function judge(
  { secret }: ClientCredentials,
  stored: StoredClient | undefined,
): OAuthClient | undefined {
  const fits = fitsSecret(secret ?? '', stored?.secretHash)
  if (stored === undefined || stored.client.disabled) return undefined
  const isPublic = stored.secretHash === undefined
  return (isPublic ? secret === undefined : fits) ? stored.client : undefined
}

function toStored(fields: SqlRow | undefined): StoredClient {
  const { secret_hash, created_at, disabled, ...texts } = row.parse(fields)
  return {
    secretHash: secret_hash ?? undefined,
    client: {
      ...{ id: texts.id, name: texts.name, policy: texts.policy },
      kind: secret_hash === null ? 'public' : 'confidential',
      grants: z.array(z.enum(grants)).parse(words(texts.grants)),
      scopes: words(texts.scopes),
      audiences: words(texts.audiences),
      disabled: disabled !== 0,
      createdAt: created_at,
    },
  }
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}
