import type { Configuration } from '../configuration/configuration.js'
import { clientAuthMethods } from './client-authentication.js'
import { assertionAlgorithms } from './client-keys.js'
import { storedGrants } from './clients.js'

/** The description of this authorization server, for clients that configure themselves (RFC 8414 section 2). */
export interface Metadata {
  readonly [name: string]: string | readonly string[] | true
}

/**
 * Only what exists, and that a demo is one, in a member that clients ignore: no authorization endpoint and so no response types; no JWK set with a shared secret.
 *
 * @example createMetadata({ issuer: 'https://auth.example', signing }).token_endpoint // 'https://auth.example/oauth/token'
 */
export function createMetadata({
  issuer,
  signing,
  demo,
}: Pick<Configuration, 'issuer' | 'signing' | 'demo'>): Metadata {
  const at = (path: string) => issuer.replace(/\/$/, '') + path
  return {
    issuer,
    ...(demo ? { demo: true } : {}),
    token_endpoint: at('/oauth/token'),
    revocation_endpoint: at('/oauth/revoke'),
    introspection_endpoint: at('/oauth/introspect'),
    ...(signing.kind === 'ring' ? { jwks_uri: at('/.well-known/jwks.json') } : {}),
    response_types_supported: [],
    grant_types_supported: storedGrants,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    token_endpoint_auth_methods_supported: [...clientAuthMethods, 'none'],
    revocation_endpoint_auth_methods_supported: [...clientAuthMethods, 'none'],
    introspection_endpoint_auth_methods_supported: clientAuthMethods,
  }
}

/** Its path: the issuer's own path comes after the well-known one (RFC 8414 section 3.1). */
export function metadataPath(issuer: string): string {
  const { pathname } = new URL(issuer)
  return `/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
}
