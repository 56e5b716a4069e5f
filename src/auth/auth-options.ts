import type { Duration } from '../foundation/duration.js'
import { ConfigError } from '../foundation/errors.js'
import {
  func,
  guarding,
  optionalFunc,
  type OptionTable,
  type OptionValues,
  part,
  readOptions,
  seconds,
  text,
  unchecked,
  value,
} from '../foundation/options.js'
import { hmacKey, type Algorithm } from '../key/index.js'
import type { KeyRingOptions } from '../key-sources/index.js'
import type { KeyRingStore } from '../key-sources/ports.js'
import type { RevocationOptions } from '../revocation/index.js'
import type { RevocationStore } from '../revocation/ports.js'
import type { GateOptions } from '../gate/index.js'
import type { SessionsOptions } from '../session/index.js'
import type { SessionStore } from '../session/ports.js'
import type { Claims, ClaimsSchema } from '../token/index.js'

/** What any store of this package gives: `memoryStores()`, `sqliteStores(…)`, `postgresStores(…)`, `redisStores(…)`. */
export interface AuthStores {
  readonly sessions: SessionStore
  readonly revocations: RevocationStore
  readonly keys: KeyRingStore
}

/** Options of {@link createAuth}. The first four are required. */
export interface AuthOptions<C = Claims> {
  /** `iss` of the tokens: the address of this service. */
  readonly issuer: string
  /** Where sessions, revocations and signing keys are kept. */
  readonly stores: AuthStores
  /**
   * 32 random bytes, the same in every process and outside the database: `Buffer.from(process.env.AUTH_SECRET ?? '',
   * 'base64')`. Refresh tokens are tagged, and the signing keys in the store are sealed, with keys derived from it.
   */
  readonly secret: Uint8Array
  /** Secrets of before, for as long as sessions live that began with them. Default: none. */
  readonly previousSecrets?: readonly Uint8Array[]
  /** As in `createSessions`: what may change of a subject, roles for one; undefined when it may not log in any more. */
  readonly loadSubject: SessionsOptions['loadSubject']
  /** `aud` of the tokens. Default: the issuer. */
  readonly audience?: string
  /** Schema of the claims, for tokens that are made and for those that are verified. Default: the claims as they are. */
  readonly claims?: ClaimsSchema<C>
  /** Algorithm of new signing keys. Default ES256. */
  readonly algorithm?: Algorithm
  /** Longest life of an access token. Default `15m`. */
  readonly accessTtl?: Duration
  /** Further options of `createSessions`. */
  readonly sessions?: Partial<
    Omit<
      SessionsOptions,
      | 'sign'
      | 'store'
      | 'serviceKey'
      | 'loadSubject'
      | 'claims'
      | 'accessTtl'
      | 'revoke'
      | 'isRevoked'
    >
  >
  /** Further options of `createGate`, such as `extract` for cookies, `select` or `onEvent`. */
  readonly gate?: Partial<Omit<GateOptions<C>, 'verify' | 'isRevoked'>>
  /** Further options of `createRevocation`. */
  readonly revocation?: Partial<Omit<RevocationOptions, 'store' | 'issuer' | 'accessTtl'>>
  /** Further options of `createKeyRing`. */
  readonly keys?: Partial<
    Omit<KeyRingOptions, 'store' | 'algorithm' | 'encryptionKey' | 'tokenLife'>
  >
  /**
   * Called when the ending of sessions could not be finished, which is attempted again every five seconds. Log it. Default:
   * no listener.
   */
  readonly onError?: (error: Error) => unknown
}

/** Options of `createAuth`. */
export const authTable = {
  issuer: text(),
  stores: part<AuthStores>('stores, such as memoryStores()', ['sessions', 'revocations', 'keys']),
  secret: value('32 random bytes', readSecret),
  previousSecrets: value('array of such secrets', readSecrets, { default: [] }),
  loadSubject: func<SessionsOptions['loadSubject']>(),
  audience: guarding(text({ optional: true })),
  claims: guarding(unchecked<ClaimsSchema<unknown>>('Standard Schema or function')),
  algorithm: value('algorithm with public keys', readAlgorithm, { default: 'ES256' }),
  accessTtl: seconds({ default: '15m', least: 1 }),
  sessions: unchecked<AuthOptions['sessions']>('further options of createSessions'),
  gate: unchecked<AuthOptions<unknown>['gate']>('further options of createGate'),
  revocation: unchecked<AuthOptions['revocation']>('further options of createRevocation'),
  keys: unchecked<AuthOptions['keys']>('further options of createKeyRing'),
  onError: optionalFunc<NonNullable<AuthOptions['onError']>>(),
} satisfies OptionTable<keyof AuthOptions>

/** The options, checked and filled in. */
export type AuthPolicy = OptionValues<typeof authTable>

/** @throws ConfigError naming the option */
export function readAuthOptions(options: unknown): AuthPolicy {
  return readOptions('createAuth', authTable, options)
}

/** `createKeyRing` says which ones there are. */
function readAlgorithm(given: unknown): Algorithm {
  return given as Algorithm
}

/** Text may be the secret or an encoding of it, and a secret that can be guessed protects nothing. */
function readSecret(given: unknown, option: string): Uint8Array {
  if (!(given instanceof Uint8Array))
    throw new ConfigError(
      option,
      'must be bytes: Buffer.from(process.env.AUTH_SECRET, "base64") of what `openssl rand -base64 32` prints',
    )
  try {
    hmacKey(given, 'HS256')
  } catch (cause) {
    const problem = cause instanceof ConfigError ? cause.message.replace(/^[^:]*: /, '') : 'is weak'
    throw new ConfigError(option, `${problem}; \`openssl rand -base64 32\` prints a good one`)
  }
  return given
}

function readSecrets(given: unknown, option: string): readonly Uint8Array[] {
  if (!Array.isArray(given)) throw new ConfigError(option, 'must be an array of secrets')
  return given.map((each) => readSecret(each, option))
}
