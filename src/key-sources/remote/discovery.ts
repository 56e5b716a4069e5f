import { download, type Download } from './download.js'
import { RemoteProblem } from './problem.js'
import { checkUrl, type Places } from './set-url.js'

/** `openid`: OpenID Connect Discovery 1.0. `oauth`: RFC 8414. */
export type DiscoveryKind = 'openid' | 'oauth'

/** Which metadata to read, and where they may lead. */
export interface Discovery extends Places {
  readonly kind: DiscoveryKind
  /** The issuer's identifier, exactly as in its tokens and its metadata. */
  readonly issuer: string
  /** The origin that `jwks_uri` may have. */
  readonly jwksOrigin: string
}

/**
 * The URL of an issuer's metadata: OpenID Connect Discovery 1.0 section 4 appends to the path, RFC 8414 section 3.1
 * inserts before it.
 *
 * @example metadataUrl('oauth', 'https://a.example/t').href // 'https://a.example/.well-known/oauth-authorization-server/t'
 */
export function metadataUrl(kind: DiscoveryKind, issuer: string): URL {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  url.pathname =
    kind === 'openid'
      ? `${path}/.well-known/openid-configuration`
      : `/.well-known/oauth-authorization-server${path}`
  return url
}

/**
 * Reads the address of an issuer's JWK set from its metadata. The metadata must name exactly the issuer that was asked
 * for (RFC 8414 section 3.3), or one server could hand out another one's keys.
 *
 * @throws RemoteProblem
 */
export async function discover(
  discovery: Discovery,
  request: Pick<Download, 'fetch' | 'timeoutMs'>,
): Promise<URL> {
  const { kind, issuer, jwksOrigin } = discovery
  const answer = await download(metadataUrl(kind, issuer), {
    ...request,
    types: ['application/json'],
  })
  if (answer.kind !== 'document') throw wrong('are missing')
  const { issuer: named, jwks_uri: jwksUri } = answer.document
  if (named !== issuer) throw wrong('name another issuer')
  const url = typeof jwksUri === 'string' ? parse(jwksUri) : undefined
  if (!url) throw wrong('have no jwks_uri')
  if (checkUrl(url, discovery) !== undefined) throw wrong('have a jwks_uri that is not allowed')
  if (url.origin !== jwksOrigin)
    throw wrong('have a jwks_uri on another origin than the option jwksOrigin')
  return url
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function wrong(problem: string): RemoteProblem {
  return new RemoteProblem('metadata', `the issuer's metadata ${problem}`)
}
