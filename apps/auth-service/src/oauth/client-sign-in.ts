import type { Schema, SqlDatabase, SqlRow, SqlValue } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { ClientSignIn } from './clients.js'
import { idTokenAlgorithms } from './id-token-algorithms.js'

/**
 * How clients log users in. A table beside that of the clients: the release before, which does not know it, goes on, and takes
 * such a client for one without the grant `authorization_code`. A row without a client, left by a process of that release,
 * counts for nothing. `source` says where a registration comes from; administrators' are `registered`.
 */
export const clientSignInSchema: Schema = {
  part: 'service_client_sign_in',
  versions: [
    {
      adds: 'How OAuth clients log users in by a redirect; a client without a row does not.',
      statements: [
        `CREATE TABLE service_client_sign_in (
           client TEXT PRIMARY KEY, redirect_uris TEXT NOT NULL, post_logout_redirect_uris TEXT NOT NULL,
           application_type TEXT NOT NULL, id_token_alg TEXT NOT NULL, backchannel_logout_uri TEXT,
           require_pkce BIGINT NOT NULL, consent TEXT NOT NULL, offline BIGINT NOT NULL, allowed_roles TEXT NOT NULL,
           source TEXT NOT NULL DEFAULT 'registered')`,
      ],
    },
  ],
}

/** What a query of clients with {@link signInColumns} joins. */
export const joinSignIn =
  'LEFT JOIN service_client_sign_in ON service_client_sign_in.client = service_clients.id'

const columns = [
  'redirect_uris',
  'post_logout_redirect_uris',
  'application_type',
  'id_token_alg',
  'backchannel_logout_uri',
  'require_pkce',
  'consent',
  'offline',
  'allowed_roles',
] as const

/** The columns that {@link readSignIn} reads. */
export const signInColumns = columns.join(', ')

const list = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)))
const flag = z.coerce.number().transform((number) => number !== 0)

const row = z.object({
  redirect_uris: list,
  post_logout_redirect_uris: list,
  application_type: z.enum(['web', 'native']),
  id_token_alg: z.enum(idTokenAlgorithms),
  backchannel_logout_uri: z.string().nullable(),
  require_pkce: flag,
  consent: z.enum(['never', 'ask']),
  offline: flag,
  allowed_roles: list,
})

/** The part of a joined row; undefined for a client without one, whose columns are NULL or were not asked for. */
export function readSignIn(fields: SqlRow): ClientSignIn | undefined {
  if (typeof fields['redirect_uris'] !== 'string') return undefined
  const read = row.parse(fields)
  return {
    redirectUris: read.redirect_uris,
    postLogoutRedirectUris: read.post_logout_redirect_uris,
    applicationType: read.application_type,
    idTokenAlg: read.id_token_alg,
    backchannelLogoutUri: read.backchannel_logout_uri ?? undefined,
    requirePkce: read.require_pkce,
    consent: read.consent,
    offline: read.offline,
    allowedRoles: read.allowed_roles,
  }
}

/** The columns of a registration; {@link readSignIn} reads them back. */
export function toSignInColumns(signIn: ClientSignIn): Record<(typeof columns)[number], SqlValue> {
  return {
    redirect_uris: JSON.stringify(signIn.redirectUris),
    post_logout_redirect_uris: JSON.stringify(signIn.postLogoutRedirectUris),
    application_type: signIn.applicationType,
    id_token_alg: signIn.idTokenAlg,
    backchannel_logout_uri: signIn.backchannelLogoutUri ?? null,
    require_pkce: Number(signIn.requirePkce),
    consent: signIn.consent,
    offline: Number(signIn.offline),
    allowed_roles: JSON.stringify(signIn.allowedRoles),
  }
}

/** Replaces how a client logs users in. */
export async function putSignIn(db: SqlDatabase, id: string, signIn: ClientSignIn): Promise<void> {
  const values = toSignInColumns(signIn)
  const places = columns.map((_, at) => `$${String(at + 2)}`).join(', ')
  const replaced = columns.map((each) => `${each} = excluded.${each}`).join(', ')
  await db.query(
    `INSERT INTO service_client_sign_in (client, ${signInColumns}) VALUES ($1, ${places})
     ON CONFLICT (client) DO UPDATE SET ${replaced}`,
    [id, ...columns.map((each) => values[each])],
  )
}

/** Takes away that a client logs users in; nothing for one that does not. */
export async function removeSignIn(db: SqlDatabase, id: string): Promise<void> {
  await db.query('DELETE FROM service_client_sign_in WHERE client = $1', [id])
}

/** Whether any client logs users in. */
export async function anySignsIn(db: SqlDatabase): Promise<boolean> {
  const rows = await db.query('SELECT 1 AS found FROM service_client_sign_in LIMIT 1', [])
  return rows.length > 0
}
