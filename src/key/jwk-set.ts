import { algorithmRow, isAlgorithm, type Algorithm } from './algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import { isJwk, secretMembers, type JsonWebKey } from './jwk.js'
import { permits } from './jwk-use.js'
import { hmacKey, type HmacKeyOptions } from './hmac-key.js'
import { publicKey } from './asymmetric-key.js'
import type { Key } from './key.js'

/** Options for the secrets of a set, as in {@link hmacKey}. */
export type SetSecrets = Omit<HmacKeyOptions, 'kid'>

/**
 * The verification keys of a JWK set (RFC 7517 section 5), each bound to one of the configured algorithms: the one that
 * its `alg` names, else the only one that fits it. Entries of another kind, for another use, or that no configured
 * algorithm accepts are left out, as that section asks. The caller decides what an empty result means.
 *
 * @throws ConfigError when this is not a JWK set, a `kid` occurs twice, secrets are mixed with public keys, a private
 * key is in the set, or a key without `alg` fits two of the algorithms
 * @example readJwkSet(JSON.parse(text), ['ES256', 'RS256'])
 */
export function readJwkSet(
  set: unknown,
  algorithms: readonly Algorithm[],
  secrets: SetSecrets = {},
): Key[] {
  const option = 'jwks'
  const entries = entriesOf(set)
  refuseDuplicates(entries)
  const symmetric = entries.filter(({ kty }) => kty === 'oct')
  if (symmetric.length > 0 && symmetric.length < entries.length)
    throw new ConfigError(
      option,
      'mixes secrets (kty "oct") with public keys; keep them in separate sets',
    )
  if (entries.some((jwk) => jwk.kty !== 'oct' && secretMembers.some((name) => name in jwk)))
    throw new ConfigError(option, 'holds a private key; publish its public half only')
  return entries.flatMap((jwk) => {
    if (!permits(jwk, 'verify')) return []
    const alg = bind(jwk, algorithms)
    return alg === undefined ? [] : importEntry(jwk, alg, secrets)
  })
}

function entriesOf(set: unknown): readonly JsonWebKey[] {
  if (typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys))
    return set.keys.filter(isJwk)
  throw new ConfigError('jwks', 'must be a JWK set: an object with the array "keys"')
}

function refuseDuplicates(entries: readonly JsonWebKey[]): void {
  const kids = entries.map((jwk) => jwk['kid']).filter((kid) => kid !== undefined)
  if (new Set(kids).size < kids.length)
    throw new ConfigError('jwks', 'has two keys with the same "kid"; give each key another one')
}

/** The one algorithm of a key. A token never chooses it (RFC 8725 section 3.1). */
function bind(jwk: JsonWebKey, algorithms: readonly Algorithm[]): Algorithm | undefined {
  const named: unknown = jwk['alg']
  if (named !== undefined) {
    return isAlgorithm(named) && algorithms.includes(named) ? named : undefined
  }
  const [first, second] = algorithms.filter((alg) => fits(jwk, alg))
  if (second !== undefined)
    throw new ConfigError(
      'jwks',
      'has a key without "alg" that fits two of the algorithms; configure one of them, or add "alg" to the key',
    )
  return first
}

function fits(jwk: JsonWebKey, alg: Algorithm): boolean {
  const row = algorithmRow(alg)
  switch (row.kind) {
    case 'hmac':
      return jwk.kty === 'oct'
    case 'rsa':
    case 'pss':
      return jwk.kty === 'RSA'
    case 'ec':
      return jwk.kty === 'EC' && jwk.crv === row.crv
    case 'plain':
      // ML-DSA keys (kty "AKP") must have `alg` (RFC 9964 section 3), so only curves get here.
      return jwk.kty === 'OKP' && jwk.crv === row.crv
  }
}

/** A key that is damaged or too weak is left out: RFC 7517 section 5, "values out of the supported ranges". */
function importEntry(jwk: JsonWebKey, alg: Algorithm, secrets: SetSecrets): Key[] {
  try {
    return [jwk.kty === 'oct' ? hmacKey(jwk, alg, secrets) : publicKey(jwk, alg)]
  } catch (error) {
    if (error instanceof ConfigError) return []
    throw error
  }
}
