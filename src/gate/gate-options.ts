import type { Duration } from '../foundation/duration.js'
import type { AuthError, StepUp } from '../foundation/errors.js'
import {
  flag,
  func,
  funcOr,
  guarding,
  optionalFunc,
  type OptionTable,
  readOptions,
  seconds,
  text,
  unchecked,
} from '../foundation/options.js'
import { type VerifiedToken } from '../token/token.js'
import { type Call } from './call.js'
import { type OnEvent } from './events.js'
import { from, type Extractor } from './extract.js'
import { createResponder, detailOf, type Refusal, type RespondOptions } from './respond.js'

/**
 * The value of {@link GateOptions.authorize}: a guard, or a custom function, which may ask a store.
 *
 * A rejection means that the store could not answer (503); a synchronous throw is a bug in the function (500).
 */
export interface Authorize<C> {
  (token: VerifiedToken<C>): boolean | Promise<boolean>
  /** The scopes that would be enough, for the challenge of the 403. */
  readonly scope?: readonly string[]
  /** Of a token that was refused: the login that would be enough, for a 401 (RFC 9470). Default: none would. */
  readonly stepUp?: (token: VerifiedToken<C>) => StepUp | undefined
}

/** Options of `createGate`. */
export interface GateOptions<C> {
  /** Verifies a token; usually made by `createVerifier`. */
  readonly verify: (token: string) => VerifiedToken<C> | Promise<VerifiedToken<C>>
  /** Finds the token. Default `from.bearer()`. */
  readonly extract?: Extractor
  /**
   * Whether a valid token has been revoked. Default: no token ever is. Any error except AuthError becomes
   * REVOCATION_UNKNOWN (503).
   */
  readonly isRevoked?: (token: VerifiedToken<C>) => boolean | Promise<boolean>
  /**
   * Whether the token permits this call; anything but true is FORBIDDEN (403), or STEP_UP_REQUIRED (401) where a guard says
   * that a new login would be enough. Default: every valid token does.
   */
  readonly authorize?: Authorize<C>
  /** Also admits calls without a token; an invalid token is still refused. Default false. */
  readonly optional?: boolean
  /** Which calls need a token, usually made by `select`. Default: every call. */
  readonly select?: (call: Call) => boolean
  /** Called for every decision. Default: none. */
  readonly onEvent?: OnEvent
  /** The format of refusals: `problem`, `kratos`, `goZero` or a function. Default `problem` (RFC 9457). */
  readonly render?: RespondOptions['render']
  /** `realm` of the challenge. Default `api`. */
  readonly realm?: string
  /**
   * How often at least `isRevoked` is asked again while a stream is open; seconds or `'5s'`, from one second to an
   * hour. Default 5 s: an answer may take as long again, so a stream ends within 10 s of a revocation.
   */
  readonly recheckEvery?: Duration
}

/** What one route requires, in addition to the gate's own policy. */
export interface Demand<C> {
  /**
   * Replaces the gate's. A route that says either is looked at even if `select` leaves the call out: false requires a token
   * there, and true reads one that was sent.
   */
  readonly optional?: boolean
  /** Checked after the gate's. */
  readonly authorize?: Authorize<C>
}

/** Resolved options; every function is present. */
export interface GatePolicy<C> {
  readonly verify: GateOptions<C>['verify']
  readonly extract: Extractor
  readonly isRevoked: NonNullable<GateOptions<C>['isRevoked']>
  readonly authorize: Authorize<C>
  readonly optional: boolean
  readonly select: (call: Call) => boolean
  readonly onEvent: OnEvent | undefined
  readonly respond: (error: AuthError) => Refusal
  readonly detail: (error: AuthError) => string
  readonly recheckMs: number
}

/** Options of `createGate`, for tokens with claims of type `C`. */
export const gateTable = <C>() =>
  ({
    verify: func<GateOptions<C>['verify']>(),
    extract: guarding(funcOr(from.bearer())),
    isRevoked: guarding(funcOr<NonNullable<GateOptions<C>['isRevoked']>>(() => false)),
    authorize: guarding(funcOr<Authorize<C>>(() => true)),
    optional: flag({ default: false }),
    select: guarding(funcOr<(call: Call) => boolean>(() => true)),
    onEvent: optionalFunc<OnEvent>(),
    render: unchecked<RespondOptions['render']>("`'problem'`, `'kratos'`, `'goZero'` or function"),
    realm: text({ default: 'api' }),
    recheckEvery: seconds({ default: 5, least: 1, most: 3600 }),
  }) satisfies OptionTable<keyof GateOptions<C>>

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws ConfigError naming the option
 * @example readGateOptions({ verify }).optional // false
 */
export function readGateOptions<C>(options: GateOptions<C>): GatePolicy<C> {
  const {
    render = 'problem',
    realm,
    recheckEvery,
    ...values
  } = readOptions('createGate', gateTable<C>(), options)
  const { place } = values.extract
  return {
    ...values,
    respond: createResponder({ render, realm, place }),
    detail: (error) => detailOf(error, place),
    recheckMs: recheckEvery * 1000,
  }
}
