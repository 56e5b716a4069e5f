import { encodeThroughScratch } from '../encoding/base64url.js'
import { strictForms, typeFault } from './claims.js'
import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import { issuedAfterClaim, type IssuedAfter } from './issued-after.js'
import { encodeHeader, readHeader } from './encode-header.js'
import { makeSignable } from './json/signable.js'
import { writeJson } from './json/write-json.js'
import { Key } from '../key/key.js'
import { isText } from '../foundation/names.js'
import { processWide } from '../foundation/process-wide.js'
import {
  clock,
  count,
  funcOr,
  type OptionTable,
  readOptions,
  seconds,
  text,
  value,
} from '../foundation/options.js'
import { randomId } from '../encoding/random-id.js'
import { signSigningInput } from '../key/signature/sign.js'
import { claimsDepth, lengthCeiling, type Claims } from './token.js'

/** The claims that a signer sets. */
type SignerClaim = 'iss' | 'aud' | 'iat' | 'exp' | 'jti'

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
  /**
   * Claims of the signer's that the claims of a call may replace. Default none: user data that is spread into the claims
   * must not choose the audience or the expiry. A claim that the signer does not set (`issuer: null`) needs no entry.
   * `iat` is also where `expiresIn` counts from: a call that replaces it moves the expiry.
   */
  readonly replaceable?: readonly SignerClaim[]
  /** Longest token made, in characters; verifiers have the same option. Default 8192, at most 16384. */
  readonly maxLength?: number
  /**
   * Cut-offs of revocations that lie ahead: `(claims) => revocation.cutOffsAhead(claims)`. A token issued now says in its
   * claim `jotgate_after` that it was issued after them, and they do not refuse it. No call may set this claim:
   * `createSessions` alone adds the member `sid`, for a cut-off of the token's session, to what is returned here. A signer
   * with `iat` in `replaceable` takes that member from any call, since by `iat` a call could get past such a cut-off too.
   * Default: none.
   */
  readonly issuedAfter?: (claims: Claims) => IssuedAfter | undefined
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/**
 * Signs one claims set. The signer adds `iss`, `aud`, `iat`, `exp` and `jti`; a claim that it sets is a TypeError in
 * `claims`, unless the signer was built with it as `replaceable`. A claim that is undefined counts as left out. A `bigint`
 * is signed with all its digits; beyond 2^53 verifiers need `bigints: true`.
 */
export type Signer = (claims?: Claims) => Promise<string>

/** Options of `createSigner`. */
export const signerTable = {
  key: value('key, or function', (given) => given as SignerOptions['key']), // looked at when a token is signed
  issuer: value('text or null', readIssuer),
  audience: value('text, array of texts or null', readNames),
  expiresIn: value('duration or null', readLife),
  typ: text({ default: 'JWT' }),
  header: value('object of header members', readExtra, { default: {} }),
  replaceable: value('array of `iss`, `aud`, `iat`, `exp`, `jti`', readReplaceable, {
    default: [],
  }),
  maxLength: count({ default: 8192, most: lengthCeiling }),
  issuedAfter: funcOr<NonNullable<SignerOptions['issuedAfter']>>(() => undefined),
  now: clock(),
} satisfies OptionTable<keyof SignerOptions>

const texts = {
  CLAIM_INVALID: 'has a value of the wrong type, or an empty one',
  CLAIM_TOO_LONG: 'is longer than 1024 characters',
}

const signerClaims: readonly SignerClaim[] = ['iss', 'aud', 'iat', 'exp', 'jti']

/**
 * The {@link completeSigner} of each signer, whichever copy of this package made it. Not a member of the signer: a Proxy
 * around it, such as a tracer or `mock.fn` of node:test, would hand it on, and what the Proxy adds would be left out.
 */
const complete = processWide('complete-signers/1', () => new WeakMap<Signer, Signer>())

/**
 * Builds a signer of access tokens. Each token gets `iss`, `aud`, `iat`, `exp` and a `jti` of 128 random bits.
 *
 * @throws ConfigError when an option is missing, unknown or dangerous. The signer rejects with TypeError, naming the
 * claim, for claims that the signer sets, that JSON cannot represent exactly or that no verifier accepts, and for a token
 * longer than `maxLength`; with ConfigError when the function `key` returns no key for signing, and with any error of
 * that function.
 * @example
 * const sign = createSigner({ key, issuer: 'https://auth.example', audience: 'api', expiresIn: '15m' })
 * const token = await sign({ sub: 'user-1', scope: 'orders:read' })
 */
export function createSigner(options: SignerOptions): Signer {
  const policy = readOptions('createSigner', signerTable, options)
  const prepare = preparer(policy)
  const make =
    (reserved: readonly SignerClaim[]): Signer =>
    async (claims = {}) => {
      const { key, header } = prepare()
      const payload = toPayload(claims, policy, reserved)
      const signingInput = `${header}.${encodeThroughScratch(payload)}`
      const signature = signSigningInput(key, signingInput)
      const token = `${signingInput}.${typeof signature === 'string' ? signature : await signature}`
      if (token.length <= policy.maxLength) return token
      throw new TypeError(
        `the token would have ${String(token.length)} characters, and maxLength is ${String(policy.maxLength)}`,
      )
    }
  const sign = make(reservedBy(policy, policy.replaceable))
  complete.set(sign, make([]))
  return sign
}

/**
 * The same signer for code that sets `aud`, `iat`, `exp` and `jti` itself and admits none of them from elsewhere, as
 * sessions do; with them `jotgate_after`, of which sessions set the member `sid`. A signer that is any other function is
 * returned as it is.
 *
 * @example const token = await completeSigner(sign)({ ...claims, exp })
 */
export function completeSigner(sign: Signer): Signer {
  return complete.get(sign) ?? sign
}

/** What of the options the claims depend on. */
interface ClaimsSettings {
  readonly issuer: string | null
  readonly audience: string | readonly string[] | null
  /** Seconds. */
  readonly expiresIn: number | null
  readonly issuedAfter: NonNullable<SignerOptions['issuedAfter']>
  readonly now: () => number
}

/** The claims of the signer's that no call may set. */
function reservedBy(settings: ClaimsSettings, replaceable: readonly string[]) {
  const { issuer, audience, expiresIn } = settings
  const unset = { iss: issuer === null, aud: audience === null, exp: expiresIn === null }
  return signerClaims.filter(
    (name) => !replaceable.includes(name) && !(name in unset && unset[name as keyof typeof unset]),
  )
}

/**
 * The claims set to sign, as JSON.
 *
 * @throws TypeError naming the claim, never its value
 */
function toPayload(
  claims: Claims,
  { issuer, audience, expiresIn, issuedAfter, now }: ClaimsSettings,
  reserved: readonly SignerClaim[],
): string {
  checkClaimsObject(claims)
  // Spreading into a literal after other members would take ten times as long.
  const payload: Record<string, unknown> = Object.assign(
    { iss: undefined, aud: undefined, iat: undefined, exp: undefined, jti: undefined },
    claims,
  )
  const bigints = { found: false }
  makeSignable(payload, claims, { maxDepth: claimsDepth, what: 'claim', bigints })
  const wrong = typeFault(payload, strictForms)
  if (wrong) throw new TypeError(`the claim "${wrong.claim}" ${texts[wrong.code]}`)
  const clash = reserved.find((name) => payload[name] !== undefined)
  if (clash !== undefined)
    throw new TypeError(
      `the claim "${clash}" is set by the signer; leave it out, or list it in createSigner.replaceable`,
    )
  if (payload[issuedAfterClaim] !== undefined) checkIssuedAfter(payload[issuedAfterClaim], reserved)
  const iat = Number((payload['iat'] ??= Math.floor(now())))
  if (!Number.isSafeInteger(Math.floor(iat))) throw new TypeError('the claim "iat" is not a time')
  payload['iss'] ??= issuer ?? undefined
  payload['aud'] ??= audience ?? undefined
  payload['exp'] ??= expiresIn === null ? undefined : iat + expiresIn
  payload['jti'] ??= randomId()
  const after = issuedAfter(payload)
  if (after !== undefined)
    payload[issuedAfterClaim] = Object.assign({ ...after }, payload[issuedAfterClaim])
  return bigints.found ? writeJson(payload) : JSON.stringify(payload)
}

/**
 * Only who may set `iat` may say that the token was issued after a cut-off of its session: by `iat` alone it could date
 * the token after any.
 *
 * @throws TypeError
 */
function checkIssuedAfter(given: unknown, reserved: readonly SignerClaim[]): void {
  if (!reserved.includes('iat') && isCutOffOfSession(given)) return
  throw new TypeError(`the claim "${issuedAfterClaim}" is set by the signer; leave it out`)
}

function isCutOffOfSession(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || !('sid' in given)) return false
  return Number.isSafeInteger(given.sid) && Object.keys(given).length === 1
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
function preparer({
  key: source,
  typ,
  header: extra,
}: Required<Pick<SignerOptions, 'key' | 'typ' | 'header'>>): () => Prepared {
  const make = (key: unknown): Prepared => {
    if (!(key instanceof Key) || !Key.powers(key).maySign)
      throw new ConfigError('createSigner.key', 'must be a private key or an HMAC key, for signing')
    return { key, header: encodeHeader(key, { typ, ...extra }) }
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
  const header = readHeader(given, option)
  const clash = ['alg', 'typ', 'kid'].find((name) => name in header)
  if (clash !== undefined) throw new ConfigError(`${option}.${clash}`, 'is set by the signer')
  if ('cty' in header) throw new ConfigError(`${option}.cty`, 'is refused by every verifier')
  return header
}

function readReplaceable(given: unknown, option: string): readonly SignerClaim[] {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given]
  const known = signerClaims.filter((name) => names.includes(name))
  if (Array.isArray(given) && new Set(names).size === known.length) return known
  throw new ConfigError(option, `must be an array of ${signerClaims.join(', ')}`)
}

/**
 * Refuses anything that is not one plain object with names that verifiers accept.
 *
 * @throws TypeError
 */
function checkClaimsObject(claims: unknown): asserts claims is object {
  if (
    typeof claims !== 'object' ||
    claims === null ||
    (Object.getPrototypeOf(claims) !== Object.prototype && Object.getPrototypeOf(claims) !== null)
  )
    throw new TypeError('claims must be one plain object')
  // Object.assign would take it for the prototype of the claims set.
  if (Object.hasOwn(claims, '__proto__'))
    throw new TypeError('the claim "__proto__" has a name that no verifier accepts')
}
