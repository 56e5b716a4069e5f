import { randomBytes } from 'node:crypto'
import { encodeBase64url } from './base64url.js'
import { parseDuration, type Duration } from './duration.js'
import { ConfigError } from './errors.js'
import { Key } from './key.js'
import { checkOptionNames } from './options.js'
import { signBytes } from './signature.js'
import type { Claims } from './token.js'

/** What every token of one signer has in common. */
export interface SignerOptions {
  /** A private key, or an HMAC key. */
  readonly key: Key
  /** `iss`; null to leave it out. */
  readonly issuer: string | null
  /** `aud`; null to leave it out. */
  readonly audience: string | readonly string[] | null
  /** Life of a token; null for tokens without `exp`, which this package's verifiers refuse by default. */
  readonly expiresIn: Duration | null
  /** Kind of token (RFC 8725 section 3.11). Default `JWT`. */
  readonly typ?: string
  /** Further header members. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Signs one claims set. Claims given here win over what the signer would set: `aud`, `exp`, `iat`, `jti` and so on. */
export type Signer = (claims?: Claims) => Promise<string>

const optionNames = ['key', 'issuer', 'audience', 'expiresIn', 'typ', 'header', 'now']
const ownHeaderMembers = ['alg', 'typ', 'kid']

/**
 * Builds a signer of access tokens. Each token gets `iss`, `aud`, `iat`, `exp` and a `jti` of 128 random bits.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous. The signer rejects with TypeError for claims
 * that JSON can not hold exactly.
 * @example
 * const sign = createSigner({ key, issuer: 'https://auth.example', audience: 'api', expiresIn: '15m' })
 * const token = await sign({ sub: 'user-1', scope: 'orders:read' })
 */
export function createSigner(options: SignerOptions): Signer {
  checkOptionNames('createSigner', options, optionNames)
  const { key, issuer, audience, typ = 'JWT', now = () => Date.now() / 1000 } = options
  if (!(key instanceof Key) || key.kind === 'public') {
    throw new ConfigError('createSigner.key', 'must be a private key or an HMAC key')
  }
  requireName('createSigner.issuer', issuer)
  requireName('createSigner.audience', audience)
  const life =
    options.expiresIn === null ? null : parseDuration(options.expiresIn, 'createSigner.expiresIn')
  if (life === 0) throw new ConfigError('createSigner.expiresIn', 'must be longer than nothing')
  const header = encodeBase64url(JSON.stringify(buildHeader(key, typ, options.header)))

  return async (claims = {}) => {
    const iat = claims.iat ?? Math.floor(now())
    const payload = {
      ...(issuer === null ? {} : { iss: issuer }),
      ...(audience === null ? {} : { aud: audience }),
      iat,
      ...(life === null ? {} : { exp: iat + life }),
      jti: randomBytes(16).toString('base64url'),
      ...claims,
    }
    checkSignable(payload, '')
    const signingInput = `${header}.${encodeBase64url(JSON.stringify(payload))}`
    const signature = await signBytes(key, Buffer.from(signingInput))
    return `${signingInput}.${encodeBase64url(signature)}`
  }
}

function requireName(option: string, value: unknown): void {
  const names: unknown[] = Array.isArray(value) ? value : [value]
  if (
    value === null ||
    (names.length > 0 && names.every((name) => typeof name === 'string' && name !== ''))
  )
    return
  throw new ConfigError(option, 'must be text, or null to leave it out')
}

function buildHeader(
  key: Key,
  typ: string,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const clash = Object.keys(extra).find((name) => ownHeaderMembers.includes(name))
  if (clash !== undefined)
    throw new ConfigError(`createSigner.header.${clash}`, 'is set by the signer')
  return { alg: key.alg, typ, ...(key.hasPublicKid ? { kid: key.kid } : {}), ...extra }
}

/** JSON would turn these into something else without a word: null, a rounded number, a missing member. */
function checkSignable(value: unknown, path: string): void {
  const problem = unsignable(value)
  if (problem !== undefined) throw new TypeError(`the claim "${path.slice(1)}" ${problem}`)
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) checkSignable(inner, `${path}.${name}`)
}

function unsignable(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'is not a finite number'
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? 'is an integer beyond 2^53; use text'
      : undefined
  }
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
    return `is a ${typeof value}, which JSON can not hold`
  }
  return undefined
}
