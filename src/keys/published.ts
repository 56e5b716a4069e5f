import { createHash, type JsonWebKey } from 'node:crypto'
import { ConfigError, publicJwk, type Key } from '../core/index.js'

/** A JWK set (RFC 7517 section 5) ready to be served, with the headers it is served under. */
export interface PublishedSet {
  /** The JSON text; `kid` order, so that one set of keys has one text and one ETag. */
  readonly body: string
  readonly headers: Readonly<Record<'content-type' | 'cache-control' | 'etag', string>>
}

/**
 * The public halves of keys as a set for `/.well-known/jwks.json`. `maxAge` in seconds, default 300: how long a
 * removed key may live on in somebody's cache.
 *
 * @throws ConfigError for an HMAC key: a secret is never published.
 * @example reply.headers(set.headers).send(set.body)
 */
export function publishedSet(keys: readonly Key[], maxAge = 300): PublishedSet {
  if (keys.length === 0) throw new ConfigError('publishedSet', 'needs at least one key')
  const sorted = [...keys].sort((a, b) => (a.kid < b.kid ? -1 : 1))
  const set: { keys: JsonWebKey[] } = { keys: sorted.map(publicJwk) }
  const body = JSON.stringify(set)
  const tag = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return {
    body,
    headers: {
      'content-type': 'application/jwk-set+json',
      'cache-control': `public, max-age=${String(maxAge)}`,
      etag: `"${tag}"`,
    },
  }
}
