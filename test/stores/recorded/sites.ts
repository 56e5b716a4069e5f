import { createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto'
import type { OAuthClient, OAuthClients } from '../../../apps/auth-service/src/oauth/clients.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import * as written from './contents.js'
import type { Drawn } from './program.js'

type Site = Required<Drawn>['site']

/** Registers a client that logs users in, and has it authenticate once with its key. */
export async function addSite(clients: OAuthClients): Promise<Site> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }) }] }
  const { client } = await clients.create({ ...written.site, keys: { kind: 'jwks', jwks } })
  const site = { id: client.id, jwk: { ...privateKey.export({ format: 'jwk' }) } }
  if (!(await proveSite(clients, site, written.usedAssertion)))
    throw new Error('the site could not authenticate')
  return site
}

/** Has the client authenticate at the time of the recordings; undefined when it is refused. */
export async function proveSite(
  clients: OAuthClients,
  { id, jwk }: Site,
  jti: string,
): Promise<OAuthClient | undefined> {
  const { start: iat, issuer: aud } = written
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: id, sub: id, aud, jti, iat, exp: iat + 60 }
  const input = `${part({ alg: 'ES256' })}.${part(claims)}`
  const key = createPrivateKey({ format: 'jwk', key: jwk })
  const made = createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' })
  const assertion = `${input}.${made.toString('base64url')}`
  return clients.authenticate({ id, secret: undefined, assertion })
}

/**
 * Has the recorded client authenticate with the assertion that it has used, and with another; one that is added now where none
 * was recorded.
 */
export async function useSite(database: SqlDatabase, drawn: Pick<Drawn, 'site'>) {
  const rules = { ...written.times, issuer: written.issuer }
  const clients = await createSqlClients(database, rules, { now: () => written.start })
  const site = drawn.site ?? (await addSite(clients))
  const { kty, crv, x, y } = site.jwk
  return {
    client: await clients.byId(site.id),
    keys: { kind: 'jwks', jwks: { keys: [{ kty, crv, x, y }] } },
    again: await proveSite(clients, site, written.usedAssertion),
    other: await proveSite(clients, site, 'assertion-2'),
  }
}

/** How many clients a recording has. */
export function clientsIn({ client, site }: Pick<Drawn, 'client' | 'site'>): number {
  return [client, site].filter((each) => each !== undefined).length
}
