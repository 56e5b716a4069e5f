import { createHash } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import type { JsonWebKey } from '../key/jwk.js'
import type { Key } from '../key/key.js'
import { publicJwk } from '../key/public-half.js'

/** A JWK set (RFC 7517 section 5) ready to be served, with its response headers. */
export interface PublishedSet {
  /** The JSON text, in `kid` order: the same keys always give the same text and ETag. */
  readonly body: string
  readonly headers: Readonly<Record<'content-type' | 'cache-control' | 'etag', string>>
}

/**
 * The public halves of keys as a set for `/.well-known/jwks.json`. `maxAge` in seconds, default 300: how long caches
 * may keep a removed key.
 *
 * @throws ConfigError for an HMAC key, because a secret is never published; for two keys with one `kid`; for no keys.
 * @example reply.headers(set.headers).send(set.body)
 */
export function publishedSet(keys: readonly Key[], maxAge = 300): PublishedSet {
  if (keys.length === 0) throw new ConfigError('publishedSet', 'needs at least one key')
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new ConfigError('publishedSet', 'has two keys with one kid')
  if (!Number.isSafeInteger(maxAge) || maxAge < 0)
    throw new ConfigError('publishedSet.maxAge', 'must be a whole number of seconds')
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

/**
 * Whether a caller already has the set, so that 304 and the headers suffice (RFC 9110 section 13.1.2).
 *
 * @example if (isUnchanged(set, request.headers['if-none-match'])) return reply.code(304).headers(set.headers).send()
 */
export function isUnchanged(set: PublishedSet, ifNoneMatch: string | undefined): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(set.headers.etag)
}
