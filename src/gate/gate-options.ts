import type { Duration } from '../foundation/duration.js'
import type { AuthError } from '../foundation/errors.js'
import {
  flag,
  func,
  funcOr,
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
import { createResponder, type Refusal, type RespondOptions } from './respond.js'

/**
 * What {@link GateOptions.authorize} takes: a guard, or a function of your own, which may ask a store.
 *
 * What it rejects with means that the store could not say (503); what it throws at once is a fault of its own (500).
 */
export interface Authorize<C> {
  (token: VerifiedToken<C>): boolean | Promise<boolean>
  /** Scopes that would be enough, for the challenge of the 403. */
  readonly scope?: readonly string[]
}

/** A gate's policy. */
export interface GateOptions<C> {
  /** Usually what `createVerifier` made. */
  readonly verify: (token: string) => VerifiedToken<C> | Promise<VerifiedToken<C>>
  /** Where the token is. Default `from.bearer()`. */
  readonly extract?: Extractor
  /**
   * Whether a good token has been taken back. Default: no token ever is. What it throws beside AuthError is
   * REVOCATION_UNKNOWN (503).
   */
  readonly isRevoked?: (token: VerifiedToken<C>) => boolean | Promise<boolean>
  /** Whether the token permits this; anything but true is FORBIDDEN (403). Default: every good token does. */
  readonly authorize?: Authorize<C>
  /** Lets calls without a token by; one that is not good is refused all the same. Default false. */
  readonly optional?: boolean
  /** Which calls need a token, usually made by `select`. Default: every one. */
  readonly select?: (call: Call) => boolean
  /** Is told about every decision. Default: nobody is. */
  readonly onEvent?: OnEvent
  /** How refusals look: `problem`, `kratos`, `goZero` or a function. Default `problem` (RFC 9457). */
  readonly render?: RespondOptions['render']
  /** `realm` of the challenge. Default `api`. */
  readonly realm?: string
  /**
   * How often `isRevoked` is asked again while a stream is open, at the latest; seconds or `'5s'`, from one second to
   * an hour. Default 5 s: with an answer that takes as long again, a stream ends within 10 s of a revocation.
   */
  readonly recheckEvery?: Duration
}

/** What one route asks for beside the gate's own policy. */
export interface Demand<C> {
  /** Instead of the gate's. */
  readonly optional?: boolean
  /** After the gate's. */
  readonly authorize?: Authorize<C>
}

/** Resolved options; every function is there. */
export interface GatePolicy<C> {
  readonly verify: GateOptions<C>['verify']
  readonly extract: Extractor
  readonly isRevoked: NonNullable<GateOptions<C>['isRevoked']>
  readonly authorize: Authorize<C>
  readonly optional: boolean
  readonly select: (call: Call) => boolean
  readonly onEvent: OnEvent | undefined
  readonly respond: (error: AuthError) => Refusal
  readonly recheckMs: number
}

/** Options of `createGate`, for tokens with claims of type `C`. */
export const gateTable = <C>() =>
  ({
    verify: func<GateOptions<C>['verify']>(),
    extract: funcOr(from.bearer()),
    isRevoked: funcOr<NonNullable<GateOptions<C>['isRevoked']>>(() => false),
    authorize: funcOr<Authorize<C>>(() => true),
    optional: flag({ default: false }),
    select: funcOr<(call: Call) => boolean>(() => true),
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
  return {
    ...values,
    respond: createResponder({ render, realm }),
    recheckMs: recheckEvery * 1000,
  }
}
