import { encodeBase64url, encodeThroughScratch } from '../encoding/base64url.js'
import { mistyped } from './claims.js'
import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import { refusedMembers } from './header.js'
import { Key } from '../key/key.js'
import { isText } from '../foundation/names.js'
import {
  clock,
  type OptionTable,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import { randomId } from '../encoding/random-id.js'
import { signSigningInput } from '../key/signature/sign.js'
import type { Claims } from './token.js'

/** Options of {@link createSigner}. */
export interface SignerOptions {
  /** A private key or an HMAC key; or a function that returns the key to sign with, called for every token. */
  readonly key: Key | (() => Key)
  /** `iss`; null to leave it out. */
  readonly issuer: string | null
  /** `aud`; null to leave it out. */
  readonly audience: string | readonly string[] | null
  /** Lifetime of a token; null for tokens without `exp`, which verifiers of this package refuse by default. */
  readonly expiresIn: Duration | null
  /** Kind of token (RFC 8725 section 3.11). Default `JWT`. */
  readonly typ?: string
  /** Further header members. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Signs one claims set. These claims replace those that the signer would set: `aud`, `exp`, `iat`, `jti` and so on. */
export type Signer = (claims?: Claims) => Promise<string>

/** Options of `createSigner`. */
export const signerTable = {
  key: value('key, or function', (given) => given as SignerOptions['key']), // looked at when a token is signed
  issuer: value('text or null', readIssuer),
  audience: value('text, array of texts or null', readNames),
  expiresIn: value('duration or null', readLife),
  typ: text({ default: 'JWT' }),
  header: value('object of header members', readExtra, { default: {} }),
  now: clock(),
} satisfies OptionTable<keyof SignerOptions>

const ownHeaderMembers = ['alg', 'typ', 'kid']

/**
 * Builds a signer of access tokens. Each token gets `iss`, `aud`, `iat`, `exp` and a `jti` of 128 random bits.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous. The signer rejects with TypeError for claims
 * that JSON cannot represent exactly, with ConfigError when the function `key` returns no key for signing, and with any
 * error of that function.
 * @example
 * const sign = createSigner({ key, issuer: 'https://auth.example', audience: 'api', expiresIn: '15m' })
 * const token = await sign({ sub: 'user-1', scope: 'orders:read' })
 */
export function createSigner(options: SignerOptions): Signer {
  const { key, expiresIn: life, now, ...rest } = readOptions('createSigner', signerTable, options)
  const prepare = preparer(key, rest.typ, rest.header)
  const iss = rest.issuer ?? undefined
  const aud = rest.audience ?? undefined

  return async (claims = {}) => {
    const { key, header } = prepare()
    checkClaimsObject(claims)
    const iat = claims.iat ?? Math.floor(now())
    if (!Number.isSafeInteger(Math.floor(iat))) throw new TypeError('the claim "iat" is not a time')
    const exp = life === null ? undefined : iat + life
    checkSignable(claims)
    // Spreading into a literal after other members would take ten times as long.
    const payload = Object.assign({ iss, aud, iat, exp, jti: claims.jti ?? randomId() }, claims)
    const signingInput = `${header}.${encodeThroughScratch(JSON.stringify(payload))}`
    const signature = signSigningInput(key, signingInput)
    return `${signingInput}.${typeof signature === 'string' ? signature : await signature}`
  }
}

function readLife(given: unknown, option: string): number | null {
  return given === null ? null : seconds({ least: 1 }).read(given, option)
}

function readIssuer(given: unknown, option: string): string | null {
  if (given === null || isText(given)) return given
  throw new ConfigError(option, 'must be text, or null to leave it out')
}

function readNames(given: unknown, option: string): string | readonly string[] | null {
  if (!Array.isArray(given)) return readIssuer(given, option)
  const names: readonly unknown[] = given
  const texts = names.filter((name) => isText(name))
  if (texts.length > 0 && texts.length === names.length) return texts
  throw new ConfigError(option, 'must be text, or null to leave it out')
}

/** A key and the encoded header of its tokens. */
interface Prepared {
  readonly key: Key
  readonly header: string
}

/** The key to sign with. Its header is encoded once, and again only when the key changes. */
function preparer(
  source: Key | (() => Key),
  typ: string,
  extra: Readonly<Record<string, unknown>>,
): () => Prepared {
  const make = (key: unknown): Prepared => {
    if (!(key instanceof Key) || !Key.maySign(key))
      throw new ConfigError('createSigner.key', 'must be a private key or an HMAC key, for signing')
    const members = { alg: key.alg, typ, ...(key.hasPublicKid ? { kid: key.kid } : {}), ...extra }
    return { key, header: encodeBase64url(JSON.stringify(members)) }
  }
  if (typeof source !== 'function') {
    const prepared = make(source)
    return () => prepared
  }
  let prepared: Prepared | undefined
  return () => {
    const key = source()
    if (prepared?.key !== key) prepared = make(key)
    return prepared
  }
}

function readExtra(given: unknown, option: string): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(option, 'must be an object of header members')
  const clash = ownHeaderMembers.find((name) => name in given)
  if (clash !== undefined) throw new ConfigError(`${option}.${clash}`, 'is set by the signer')
  const refused = refusedMembers.find((name) => name in given)
  if (refused !== undefined)
    throw new ConfigError(`${option}.${refused}`, 'is refused by every verifier')
  return { ...given }
}

/**
 * Refuses claims that no verifier of this package accepts.
 *
 * @throws TypeError naming the claim
 */
function checkClaimsObject(claims: unknown): void {
  if (
    typeof claims !== 'object' ||
    claims === null ||
    (Object.getPrototypeOf(claims) !== Object.prototype && Object.getPrototypeOf(claims) !== null)
  )
    throw new TypeError('claims must be one plain object')
  const wrong = mistyped(claims as Readonly<Record<string, unknown>>) // a plain object
  if (wrong !== undefined) throw new TypeError(`the claim "${wrong}" has a value of the wrong type`)
}

/**
 * Refuses values that JSON would silently change: into null, a rounded number, or a missing member.
 *
 * @throws TypeError naming the path of the claim
 */
function checkSignable(payload: object): void {
  const found = findUnsignable(payload)
  if (found) throw new TypeError(`the claim "${found.path.join('.')}" ${found.problem}`)
}

interface Unsignable {
  readonly path: readonly string[]
  readonly problem: string
}

function findUnsignable(container: object): Unsignable | undefined {
  const record = container as Readonly<Record<string, unknown>> // to look its members up
  for (const name of Object.keys(container)) {
    const value = record[name]
    if (typeof value === 'string' && name !== '__proto__') continue
    const problem = name === '__proto__' ? 'has a name that no verifier accepts' : problemOf(value)
    if (problem !== undefined) return { path: [name], problem }
    const inner = typeof value === 'object' && value !== null ? findUnsignable(value) : undefined
    if (inner) return { path: [name, ...inner.path], problem: inner.problem }
  }
  return undefined
}

function problemOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) return 'is not a finite number'
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? 'is an integer beyond 2^53; use text'
        : undefined
    case 'bigint':
    case 'function':
    case 'symbol':
      return `is a ${typeof value}, which JSON cannot represent`
    default:
      return undefined
  }
}
