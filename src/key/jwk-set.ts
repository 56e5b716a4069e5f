import { algorithmRow, isAlgorithm, isSymmetric, type Algorithm } from './algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import { isJwk, keyMembers, presentMembers, secretMembers, type JsonWebKey } from './jwk.js'
import { permits } from './jwk-use.js'
import { hmacKey, type HmacKeyOptions } from './hmac-key.js'
import { publicKey } from './asymmetric-key.js'
import type { Key } from './key.js'

/** Options for the secrets of a set, as in {@link hmacKey}; `never` for a set that others can read. */
export type SetSecrets = Omit<HmacKeyOptions, 'kid'> | 'never'

/**
 * Why an entry of a set is left out. `use`: its `use` or `key_ops` is not for signatures. `algorithm`: no configured
 * algorithm takes it. `private key`: its private half is in the set too. `kid in use`: four keys have its `kid` already.
 */
export type SkipReason =
  | 'not a key'
  | 'secret'
  | 'private key'
  | 'use'
  | 'algorithm'
  | 'damaged or weak'
  | 'repeated'
  | 'kid in use'

/** An entry of a set that is left out; `position` counts from 0. */
export interface SkippedEntry {
  readonly position: number
  readonly reason: SkipReason
}

/** The keys of a set, and the entries that gave none. */
export interface JwkSet {
  readonly keys: readonly Key[]
  readonly skipped: readonly SkippedEntry[]
}

/** Several keys of one `kid` are tried in turn, so their number is a limit on the work that a forged token causes. */
const mostOfOneKid = 4

/**
 * The verification keys of a JWK set (RFC 7517 section 5). Each key is bound to the algorithm that its `alg` names, or
 * made once for every configured algorithm that fits it: the header's `alg` picks one, and is pinned by the verifier.
 * What cannot be used is left out, as that section asks, and never spoils the rest. Several public keys may have one
 * `kid` (section 4.5). The caller decides what an empty result means.
 *
 * @throws ConfigError when this is not a JWK set; in a set that may hold secrets, when they are mixed with public keys,
 * or when two of them have one `kid`
 * @example readJwkSet(JSON.parse(text), ['ES256', 'RS256']).keys
 */
export function readJwkSet(
  set: unknown,
  algorithms: readonly Algorithm[],
  secrets: SetSecrets = {},
): JwkSet {
  const entries = entriesOf(set)
  if (secrets !== 'never') checkSecrets(entries)
  const exposed = new Set(entries.filter(isPrivate).map(identityOf))
  const kept = new Map<string, Set<string>>()
  const keys: Key[] = []
  const skipped: SkippedEntry[] = []
  for (const [position, entry] of entries.entries()) {
    const found = readEntry(entry, { algorithms, secrets, exposed })
    const outcomes =
      typeof found === 'string' ? [found] : found.map((key) => keep(key, entry, kept))
    keys.push(...outcomes.filter((outcome) => typeof outcome !== 'string'))
    const [reason] = outcomes.filter((outcome) => typeof outcome === 'string')
    if (reason !== undefined && outcomes.every((outcome) => typeof outcome === 'string'))
      skipped.push({ position, reason })
  }
  return { keys, skipped }
}

/** How an entry is read; `exposed` are the keys whose private half is in the set. */
interface Reading {
  readonly algorithms: readonly Algorithm[]
  readonly secrets: SetSecrets
  readonly exposed: ReadonlySet<string>
}

/** The keys of one entry, one for each of its algorithms; or why there are none. */
function readEntry(
  entry: JsonWebKey | undefined,
  { algorithms, secrets, exposed }: Reading,
): readonly Key[] | SkipReason {
  if (!entry) return 'not a key'
  const isSecret = entry.kty === 'oct'
  if (isSecret && secrets === 'never') return 'secret'
  if (!isSecret && (isPrivate(entry) || exposed.has(identityOf(entry)))) return 'private key'
  if (!permits(entry, 'verify')) return 'use'
  const fitting = algorithmsOf(entry, algorithms)
  if (fitting.length === 0) return 'algorithm'
  const options = secrets === 'never' ? {} : secrets
  const keys = fitting.flatMap((alg) => importKey(entry, alg, options) ?? [])
  return keys.length > 0 ? keys : 'damaged or weak'
}

/** The entries without members that are null, which mean the same as absent ones; undefined for what is no JWK. */
function entriesOf(set: unknown): readonly (JsonWebKey | undefined)[] {
  if (typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys))
    return set.keys.map((entry: unknown) => (isJwk(entry) ? presentMembers(entry) : undefined))
  throw new ConfigError('jwks', 'must be a JWK set: an object with the array "keys"')
}

/** Secrets come from the program's own configuration, whose author can name each and keep them apart. */
function checkSecrets(entries: readonly (JsonWebKey | undefined)[]): void {
  const jwks = entries.filter((entry) => entry !== undefined)
  const secrets = jwks.filter(({ kty }) => kty === 'oct')
  if (secrets.length > 0 && secrets.length < jwks.length)
    throw new ConfigError(
      'jwks',
      'mixes secrets (kty "oct") with public keys; keep them in separate sets',
    )
  const kids = secrets.map((jwk) => jwk['kid']).filter((kid) => kid !== undefined)
  if (new Set(kids).size < kids.length)
    throw new ConfigError('jwks', 'has two secrets with the same "kid"; give each another one')
}

function isPrivate(entry: JsonWebKey | undefined): entry is JsonWebKey {
  if (!entry || entry.kty === 'oct') return false
  return secretMembers.some((name) => name in entry)
}

/** What makes two entries the same key; the entry as it is when it is damaged. */
function identityOf(entry: JsonWebKey): string {
  try {
    return JSON.stringify(keyMembers(entry, entry.kty === 'oct' ? 'sign' : 'verify'))
  } catch (error) {
    if (error instanceof ConfigError) return JSON.stringify(entry)
    throw error
  }
}

/** Keeps a key, unless it is there already or its `kid` has as many of its algorithm as may be tried. */
function keep(
  key: Key,
  entry: JsonWebKey | undefined,
  kept: Map<string, Set<string>>,
): Key | SkipReason {
  const name = `${key.alg} ${key.kid}`
  const identities = kept.get(name) ?? new Set()
  const identity = entry ? identityOf(entry) : ''
  if (identities.has(identity)) return 'repeated'
  if (identities.size >= mostOfOneKid) return 'kid in use'
  kept.set(name, identities.add(identity))
  return key
}

/** A token never adds to them (RFC 8725 section 3.1): it only picks one by its `alg`, which the verifier has pinned. */
function algorithmsOf(jwk: JsonWebKey, algorithms: readonly Algorithm[]): readonly Algorithm[] {
  const named: unknown = jwk['alg']
  if (named !== undefined)
    return isAlgorithm(named) && algorithms.includes(named) && isOfKind(jwk, named) ? [named] : []
  return algorithms.filter((alg) => fits(jwk, alg))
}

/** A secret is for HMAC alone, and nothing else is: whatever `alg` says beside the key. */
function isOfKind(jwk: JsonWebKey, alg: Algorithm): boolean {
  return isSymmetric(alg) === (jwk.kty === 'oct')
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
function importKey(
  jwk: JsonWebKey,
  alg: Algorithm,
  options: Exclude<SetSecrets, 'never'>,
): Key | undefined {
  try {
    return jwk.kty === 'oct' ? hmacKey(jwk, alg, options) : publicKey(jwk, alg)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}
