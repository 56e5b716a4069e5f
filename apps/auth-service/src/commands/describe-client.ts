import type { CreatedClient, OAuthClient } from '../oauth/clients.js'

/** A client on one line: its state, and what it may do. */
export function describeClient(client: OAuthClient): string {
  const { id, name, kind, grants, scopes, audiences, receivesRoles, origins, disabled } = client
  const roles = receivesRoles ? '; with roles' : ''
  const pages = origins.length === 0 ? '' : `; pages at ${origins.join(' ')}`
  const { redirectUris = [], consent = 'never', allowedRoles = [] } = client.signIn ?? {}
  const logins = redirectUris.length === 0 ? '' : `; users come back to ${redirectUris.join(' ')}`
  const asks = consent === 'ask' ? ', after their consent' : ''
  const who = allowedRoles.length === 0 ? '' : `; only for ${allowedRoles.join(' ')}`
  const proof = client.keys === undefined ? '' : '; authenticates by its keys'
  const more = `${roles}${pages}${logins}${asks}${who}${proof}`
  const rights = `${grants.join(' ')}; scope "${scopes.join(' ')}"; for ${audiences.join(' ')}${more}`
  return `${id}  ${disabled ? 'disabled' : 'enabled'}  ${kind}  ${name}: ${rights}\n`
}

/** What a new client needs, and for one that logs users in the lines of its code. */
export function describeCreated({ client, secret }: CreatedClient, issuer: string): string {
  const credentials = `client_id: ${client.id}\n${describeSecret(secret)}`
  const [redirectUri] = client.signIn?.redirectUris ?? []
  if (redirectUri === undefined) return credentials
  const shown = secret === undefined ? [] : ['  clientSecret: process.env.CLIENT_SECRET,']
  return [
    `${credentials}issuer: ${issuer}`,
    `redirect_uri: ${redirectUri}`,
    'Not finished: this service has no /oauth/authorize yet, so that no user can log in there.',
    '',
    "import { createRelyingParty } from 'jotgate/relying-party'",
    '',
    'const site = createRelyingParty({',
    `  issuer: ${quote(issuer)},`,
    `  clientId: '${client.id}',`,
    ...shown,
    `  redirectUri: ${quote(redirectUri)},`,
    '})',
    '',
  ].join('\n')
}

function quote(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`
}

/** The lines with a new secret. */
export function describeSecret(secret: string | undefined): string {
  return secret === undefined ? '' : `client_secret: ${secret}\nIt is shown only this once.\n`
}

/** Until when the secret before is valid, in Unix seconds. */
export function describeOldSecret(until: number | undefined): string {
  if (until === undefined) return 'The previous secret is no longer valid.\n'
  return `The previous secret is valid until ${new Date(until * 1000).toISOString()}.\n`
}
