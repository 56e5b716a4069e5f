import { AuthError, ConfigError } from '../../foundation/errors.js'
import { isText } from '../../foundation/names.js'
import { type GateOptions } from '../../gate/gate-options.js'
import { createGate, type Gate } from '../../gate/gate.js'
import { hmacKey } from '../../key/hmac-key.js'
import type { Exceptions } from '../../key/strength/exceptions.js'
import { createSigner, type Signer } from '../../token/sign.js'
import { type Claims, type VerifiedToken } from '../../token/token.js'
import { createVerifier } from '../../token/verify.js'
import { extractFrom, type TokenFrom } from './token-from.js'

/** What else a token must say, besides being signed. */
export interface TokenPolicy {
  /** `iss`. Default: any issuer who knows the secret. */
  readonly Issuer?: string
  /** `aud`. Default: any audience. */
  readonly Audience?: string
  /** `typ` of the header. Default `at+jwt` (RFC 9068); go-zero issues `JWT`. */
  readonly Type?: string
  /** `{ 'short-secret': '2027-06-30' }` takes short and guessable secrets until that day. Default: `JOTGATE_ACCEPT`. */
  readonly Accept?: Exceptions
}

/** The configuration of `jwt: NAME`: one secret. */
export interface AuthConfig extends TokenPolicy {
  /** Text of at least 32 bytes that cannot be guessed; others by {@link TokenPolicy.Accept}. */
  readonly AccessSecret: string
  /** Life of an access token in seconds, for services that issue them. */
  readonly AccessExpire: number
}

/** The configuration of `jwtTransition: NAME`: tokens of both secrets are valid, new ones get the first. */
export interface TransitionConfig extends TokenPolicy {
  readonly Secret: string
  readonly PrevSecret: string
  /** Life of an access token in seconds, for services that issue them. Default 900. */
  readonly AccessExpire?: number
}

/** What guards a group of routes: `jwt`, `jwtTransition` or both. */
export type Secrets =
  | { readonly jwt: AuthConfig; readonly transition?: TransitionConfig }
  | { readonly jwt?: never; readonly transition: TransitionConfig }

/** What every gate of a service has in common. `extract` reads the header, in place of `from.bearer()`, and no declared cookie. */
export interface GatesOptions extends Pick<
  GateOptions<Claims>,
  'extract' | 'isRevoked' | 'authorize' | 'onEvent' | 'render'
> {
  /** Claims that are integers beyond 2^53 are read as exact `bigint`s. Default false: such tokens are refused. */
  readonly bigints?: boolean
}

/**
 * A gate for HS256 tokens of the configured secrets, in the header unless `tokenFrom` names a cookie.
 *
 * @throws ConfigError when a secret is missing or too short, and for a cookie without the pages that may use it
 * @example secretGate({ jwt: config.Auth }, { isRevoked: (token) => revocation.isRevoked(token) })
 */
export function secretGate(
  secrets: Secrets,
  options: GatesOptions = {},
  tokenFrom?: TokenFrom,
): Gate<Claims> {
  const { bigints = false, ...gate } = options
  const verify = verifierOf(keysOf(secrets), bigints)
  if (tokenFrom === undefined) return createGate({ ...gate, verify })
  return createGate({ ...gate, verify, extract: extractFrom(tokenFrom, gate.extract) })
}

/**
 * Signs HS256 access tokens with the configured secret; during a transition with the new one.
 *
 * @throws ConfigError when a secret is missing or too short
 * @example await secretSigner({ jwt: config.Auth })({ sub: 'alice' })
 */
export function secretSigner(secrets: Secrets): Signer {
  const { current, life, policy } = keysOf(secrets)
  return createSigner({
    key: keyOf(current, policy.Accept),
    issuer: policy.Issuer ?? null,
    audience: policy.Audience ?? null,
    expiresIn: life,
    typ: policy.Type ?? 'at+jwt',
  })
}

interface Keys {
  readonly current: string
  readonly previous: string | null
  readonly life: number
  readonly policy: TokenPolicy
}

function keysOf(secrets: Secrets): Keys {
  const entries: readonly [string, unknown][] = Object.entries(secrets) // of a configuration, whatever its type says
  for (const [name, entry] of entries)
    if (entry === undefined)
      throw new ConfigError(`secrets.${name}`, 'is missing in the configuration')
  if (secrets.jwt === undefined) return keysOfTwo(secrets.transition)
  const { jwt, transition } = secrets
  if (transition !== undefined) return { ...keysOfTwo(transition), life: jwt.AccessExpire }
  return { current: jwt.AccessSecret, previous: null, life: jwt.AccessExpire, policy: jwt }
}

function keysOfTwo(transition: TransitionConfig): Keys {
  const { Secret: current, PrevSecret: previous, AccessExpire: life = 900 } = transition
  return { current, previous, life, policy: transition }
}

function verifierOf(
  { current, previous, policy }: Keys,
  bigints: boolean,
): (token: string) => Promise<VerifiedToken> {
  const verify = verifierOfOne(current, { ...policy, bigints })
  if (previous === null) return verify
  const verifyPrevious = verifierOfOne(previous, { ...policy, bigints })
  return async (token) => {
    try {
      return await verify(token)
    } catch (error) {
      // Only a signature of another key is a reason to ask the previous one.
      if (!(error instanceof AuthError) || error.code !== 'SIGNATURE_INVALID') throw error
      return verifyPrevious(token)
    }
  }
}

function verifierOfOne(
  secret: string,
  {
    Issuer,
    Audience,
    Type = 'at+jwt',
    Accept,
    bigints,
  }: TokenPolicy & { readonly bigints: boolean },
): (token: string) => Promise<VerifiedToken> {
  return createVerifier({
    keys: keyOf(secret, Accept),
    algorithms: ['HS256'],
    issuer: Issuer ?? null,
    audience: Audience ?? null,
    typ: Type,
    bigints,
  })
}

function keyOf(secret: unknown, accept: Exceptions | undefined) {
  if (!isText(secret)) throw new ConfigError('secrets', 'must be text')
  const options = accept === undefined ? {} : { accept }
  return hmacKey(new TextEncoder().encode(secret), 'HS256', options)
}
