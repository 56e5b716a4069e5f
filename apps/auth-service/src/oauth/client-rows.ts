import type { Schema, SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { joinKeys, keyColumns, readKeys } from './client-keys.js'
import { clientsWithOrigins, readOrigins } from './client-origins.js'
import type { CheckedChange } from './client-rules.js'
import { joinSignIn, readSignIn, signInColumns } from './client-sign-in.js'
import { storedGrants, type Grant, type OAuthClient } from './clients.js'

/** The columns of the table itself that {@link toStored} reads. */
export const clientColumns =
  'id, name, secret_hash, grants, scopes, audiences, policy, disabled, created_at, old_hash, old_until, ' +
  'receives_roles'

/** All columns that {@link toStored} reads, and where they are: the table and those beside it. */
export const selectClients = `SELECT ${clientColumns}, origins, ${signInColumns}, ${keyColumns}
  FROM ${clientsWithOrigins} ${joinSignIn} ${joinKeys}`

/** The table, by its versions. */
export const clientSchema: Schema = {
  part: 'service_clients',
  versions: [
    {
      adds: 'OAuth clients.',
      statements: [
        // The table as it was created before its versions had numbers.
        `CREATE TABLE IF NOT EXISTS service_clients (
           id TEXT PRIMARY KEY, name TEXT NOT NULL, secret_hash TEXT, grants TEXT NOT NULL, scopes TEXT NOT NULL,
           audiences TEXT NOT NULL, policy TEXT NOT NULL, disabled BIGINT NOT NULL, created_at BIGINT NOT NULL)`,
      ],
    },
    {
      adds: 'The secret before and until when it is valid, for a rotation with an overlap.',
      statements: [
        'ALTER TABLE service_clients ADD COLUMN old_hash TEXT',
        'ALTER TABLE service_clients ADD COLUMN old_until BIGINT NOT NULL DEFAULT 0',
      ],
    },
    {
      adds: 'Whether the tokens of a client have roles; those of earlier clients have none.',
      statements: [
        'ALTER TABLE service_clients ADD COLUMN receives_roles BIGINT NOT NULL DEFAULT 0',
      ],
    },
  ],
}

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
  old_hash: z.string().nullable(),
  old_until: z.coerce.number(),
  receives_roles: z.coerce.number(),
  // Of the table beside; missing where only a row of this one was read.
  origins: z.string().nullable().optional(),
})

/** A client and the hashes of its secrets. */
export interface StoredClient {
  readonly client: OAuthClient
  readonly secretHash: string | undefined
  /** Hash of the previous secret, while that is valid. */
  readonly oldHash: string | undefined
}

/** Reads a row; includes the hash of the previous secret only if that is valid at `now` (Unix time in seconds). */
export function toStored(fields: SqlRow, now: number): StoredClient {
  const { secret_hash, created_at, disabled, old_hash, old_until, receives_roles, ...texts } =
    row.parse(fields)
  const signIn = readSignIn(fields)
  const isOldGood = old_hash !== null && now < old_until
  return {
    secretHash: secret_hash ?? undefined,
    oldHash: isOldGood ? old_hash : undefined,
    client: {
      ...{ id: texts.id, name: texts.name, policy: texts.policy },
      kind: secret_hash === null ? 'public' : 'confidential',
      grants: grantsOf(words(texts.grants), signIn !== undefined),
      scopes: words(texts.scopes),
      audiences: words(texts.audiences),
      receivesRoles: receives_roles !== 0,
      origins: readOrigins(texts.origins),
      signIn,
      keys: readKeys(fields),
      disabled: disabled !== 0,
      createdAt: created_at,
      oldSecretUntil: isOldGood ? old_until : undefined,
    },
  }
}

function grantsOf(named: readonly string[], hasSignIn: boolean): readonly Grant[] {
  const stored = z.array(z.enum(storedGrants)).parse(named)
  return hasSignIn ? ['authorization_code', ...stored] : stored
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** The given fields as columns of the table itself; origins, keys and how users log in have tables beside. */
export function toColumns(given: CheckedChange & { readonly disabled: boolean | undefined }) {
  const { name, policy: times, disabled, receivesRoles } = given
  const list = (items: readonly string[] | undefined) => items?.join(' ')
  const values = {
    name,
    grants: list(given.grants?.filter((grant) => grant !== 'authorization_code')),
    scopes: list(given.scopes),
    audiences: list(given.audiences),
    policy: times && JSON.stringify(times),
    receives_roles: receivesRoles === undefined ? undefined : Number(receivesRoles),
    disabled: disabled === undefined ? undefined : Number(disabled),
  }
  const set = Object.entries(values).filter(isGiven)
  return Object.fromEntries(set)
}

function isGiven(entry: [string, string | number | undefined]): entry is [string, string | number] {
  return entry[1] !== undefined
}
