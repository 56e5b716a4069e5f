import { ConfigError, localJwks, remoteJwks, type Algorithm, type RemoteJwks } from 'jotgate'
import type { Schema, SqlDatabase, SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import type { ClientKeys } from './clients.js'
import { serverAddressFault } from './redirect-uris.js'

/** The algorithms of a client's assertion: with a shared one, a public key could be taken for its secret. */
export const assertionAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'RS256',
] as const satisfies readonly Algorithm[]

/**
 * The public keys of clients that authenticate by `private_key_jwt`. A table beside that of the clients, as for origins. The
 * release before sees a confidential client whose secret nobody has.
 */
export const clientKeySchema: Schema = {
  part: 'service_client_keys',
  versions: [
    {
      adds: 'The public keys of OAuth clients that authenticate by private_key_jwt.',
      statements: [
        'CREATE TABLE service_client_keys (client TEXT PRIMARY KEY, jwks TEXT, jwks_uri TEXT)',
      ],
    },
  ],
}

/** What a query of clients with {@link keyColumns} joins. */
export const joinKeys =
  'LEFT JOIN service_client_keys ON service_client_keys.client = service_clients.id'

/** The columns that {@link readKeys} reads. */
export const keyColumns = 'jwks, jwks_uri'

const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

/** The part of a joined row; undefined for a client that authenticates by a secret, or not at all. */
export function readKeys({ jwks, jwks_uri }: SqlRow): ClientKeys | undefined {
  if (typeof jwks_uri === 'string') return { kind: 'jwksUri', jwksUri: jwks_uri }
  if (typeof jwks !== 'string') return undefined
  return { kind: 'jwks', jwks: jwkSet.parse(JSON.parse(jwks)) }
}

/** The columns of a client's keys; {@link readKeys} reads them back. */
export function toKeyColumns(keys: ClientKeys): Record<'jwks' | 'jwks_uri', string | null> {
  return {
    jwks: keys.kind === 'jwks' ? JSON.stringify(keys.jwks) : null,
    jwks_uri: keys.kind === 'jwksUri' ? keys.jwksUri : null,
  }
}

/** Replaces the keys of a client. */
export async function putKeys(db: SqlDatabase, id: string, keys: ClientKeys): Promise<void> {
  const { jwks, jwks_uri } = toKeyColumns(keys)
  await db.query(
    `INSERT INTO service_client_keys (client, jwks, jwks_uri) VALUES ($1, $2, $3)
     ON CONFLICT (client) DO UPDATE SET jwks = excluded.jwks, jwks_uri = excluded.jwks_uri`,
    [id, jwks, jwks_uri],
  )
}

/** Takes the keys of a client away; nothing for one without. */
export async function removeKeys(db: SqlDatabase, id: string): Promise<void> {
  await db.query('DELETE FROM service_client_keys WHERE client = $1', [id])
}

/** The most characters of a set that is kept here. */
const longestSet = 16_384

/** The rules of a client's keys: public ones that an assertion's algorithm can use, or the https address of a set. */
export function keysSchema(issuer: string | undefined): z.ZodType<ClientKeys> {
  return z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('jwks'),
      jwks: jwkSet.superRefine((set, context) => {
        const message = setFault(set)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      }),
    }),
    z.strictObject({
      kind: z.literal('jwksUri'),
      jwksUri: z.string().superRefine((text, context) => {
        const message = serverAddressFault(text, issuer) ?? reachFault(text)
        if (message !== undefined) context.addIssue({ code: 'custom', message })
      }),
    }),
  ])
}

/** The set of keys at a registered address: a public one, or on this machine for plain http. */
export function remoteKeys(uri: string): RemoteJwks {
  const reach = uri.startsWith('http:') ? 'loopback' : 'public'
  return remoteJwks(uri, { algorithms: assertionAlgorithms, reach })
}

function reachFault(uri: string): string | undefined {
  return configFault(() => remoteKeys(uri))
}

/** Members of private and of shared keys (RFC 7518 section 6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function setFault(set: z.infer<typeof jwkSet>): string | undefined {
  if (JSON.stringify(set).length > longestSet)
    return `must be at most ${String(longestSet)} characters`
  if (set.keys.some((key) => secretMembers.some((member) => Object.hasOwn(key, member))))
    return 'must have public keys only: the private half stays with the client'
  const fault = configFault(() => localJwks(set, { algorithms: assertionAlgorithms }))
  return fault && `must be a JWK set with keys for ${assertionAlgorithms.join(', ')}: ${fault}`
}

/** What is wrong with a key source, without its keys. */
function configFault(open: () => unknown): string | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
