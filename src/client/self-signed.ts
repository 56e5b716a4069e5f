import {
  clock,
  flag,
  func,
  type OptionTable,
  readOptions,
  unchecked,
} from '../foundation/options.js'
import { unverifiedTimes } from './payload.js'
import { type Grant, type TokenSource } from './source.js'

/** Options of `selfSigned`, for a service that signs its own tokens. */
export interface SelfSignedOptions<C extends object> {
  /** Signs a token, as made by `createSigner`: its key, algorithm and header are used. */
  readonly sign: (claims?: C) => Promise<string>
  /** Claims of every token, or a function called for each. Default: only the signer's own. */
  readonly claims?: C | (() => C)
  /**
   * False signs a token for every call, as Kratos does. Default true: one token is reused until shortly before its
   * `exp`.
   */
  readonly cache?: boolean
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
}

/** Options of `selfSigned`, for claims of type `C`. */
export const selfSignedTable = <C extends object>() =>
  ({
    sign: func<SelfSignedOptions<C>['sign']>(),
    claims: unchecked<C | (() => C)>('claims, or function'),
    cache: flag({ default: true }),
    now: clock(),
  }) satisfies OptionTable<keyof SelfSignedOptions<C>>

interface Kept {
  readonly grant: Grant
  /** From this time on it is no longer used. */
  readonly until: number
}

/**
 * Signs the tokens of a service's own calls (Kratos' `jwt.Client`).
 *
 * A token is used for 80 to 90 % of its lifetime, chosen at random for each, so that many processes do not sign at
 * once; one without `exp` is used once. Concurrent calls share it. A signer that follows a rotating key uses a new key
 * from the next token on, or after a 401, whichever comes first.
 *
 * @throws ConfigError when an option is unknown or invalid
 * @example
 * const sign = createSigner({ key, issuer: 'orders', audience: 'users', expiresIn: '5m' })
 * const client = jwtClient({ source: selfSigned({ sign, claims: { sub: 'orders' } }), origins: ['https://users.example'] })
 */
export function selfSigned<C extends object>(options: SelfSignedOptions<C>): TokenSource {
  const { sign, claims, cache, now } = readOptions('selfSigned', selfSignedTable<C>(), options)
  const make = async (): Promise<Kept> => {
    const token = await sign(typeof claims === 'function' ? claims() : claims)
    return { grant: Object.freeze({ token }), until: cache ? usableUntil(token, now()) : 0 }
  }
  if (!cache) return Object.freeze({ grant: async () => (await make()).grant })
  return keepOne(make, now)
}

function keepOne(make: () => Promise<Kept>, now: () => number): TokenSource {
  let kept: Kept | undefined
  let signing: Promise<Kept> | undefined
  const next = async (): Promise<Grant> => {
    signing ??= make().finally(() => {
      signing = undefined
    })
    kept = await signing
    return kept.grant
  }
  return Object.freeze({
    grant: () => (kept && now() < kept.until ? Promise.resolve(kept.grant) : next()),
    // A late refusal of a token already replaced needs no new signature.
    renew: (refused: Grant) =>
      kept && kept.grant !== refused ? Promise.resolve(kept.grant) : next(),
  })
}

function usableUntil(token: string, now: number): number {
  const { exp, iat = now } = unverifiedTimes(token)
  if (exp === undefined) return 0
  return exp - (exp - Math.min(iat, exp)) * (0.1 + 0.1 * Math.random())
}
