import { AuthError, type ErrorCode } from '../core/errors.js'
import { type VerifiedToken } from '../core/token.js'
import { type Call } from './call.js'
import { contextOf, enter, type AuthContext } from './context.js'
import { notify } from './events.js'
import { type Refusal } from './respond.js'
import { resolveServer, type ServerOptions, type ServerPolicy } from './server-options.js'

/** A policy, ready to be put in front of handlers by an adapter. */
export interface Gate<C> {
  /** Lets the call through to `next`, in its context, or rejects with AuthError and never calls `next`. */
  <R>(call: Call, next: () => R | Promise<R>): Promise<R>
  /**
   * Every check, for adapters: the context, or undefined for a call let by without a token.
   *
   * @throws AuthError and nothing else
   */
  readonly check: (call: Call) => Promise<AuthContext<C> | undefined>
  /** Runs `fn` in what {@link check} returned, for adapters. */
  enter<R>(context: AuthContext<C> | undefined, fn: () => R): R
  /** The answer to a refusal, for adapters. */
  readonly respond: (error: unknown) => Refusal
  /**
   * Who is calling, anywhere below this gate.
   *
   * @throws AuthError TOKEN_MISSING where this gate has let nobody in: outside a call, or without a token
   */
  readonly current: () => AuthContext<C>
}

/**
 * Builds a gate: which calls, where the token is, whether it is good, whether it still is, whether it permits this.
 *
 * Everything unexpected refuses: what the checks throw beside AuthError becomes 503, and `next` is not called.
 *
 * @throws ConfigError when an option is unknown or can not work
 * @example
 * const gate = jwtServer({ verify, authorize: requireScopes('orders:read') })
 * app.use(auth(gate)) // from 'jotgate/express'
 */
export function jwtServer<C>(options: ServerOptions<C>): Gate<C> {
  const policy = resolveServer(options)
  const owner = {}
  const check = (call: Call) => notify(policy.onEvent, call, () => admit(policy, call))
  const gate = async <R>(call: Call, next: () => R | Promise<R>): Promise<R> => {
    const context = await check(call)
    return enter(owner, context, next)
  }
  return Object.freeze(
    Object.assign(gate, {
      check,
      enter: <R>(context: AuthContext<C> | undefined, fn: () => R) => enter(owner, context, fn),
      respond: (error: unknown) => policy.respond(asRefusal('STORE_UNAVAILABLE', error)),
      current: () => current<C>(owner),
    }),
  )
}

async function admit<C>(policy: ServerPolicy<C>, call: Call): Promise<AuthContext<C> | undefined> {
  if (!(await step('STORE_UNAVAILABLE', () => needsToken(policy, call)))) return undefined
  const raw = await step('STORE_UNAVAILABLE', () => policy.extract(call))
  if (raw === undefined) {
    if (policy.optional) return undefined
    throw new AuthError('TOKEN_MISSING')
  }
  const token = await step('KEYS_UNAVAILABLE', () => policy.verify(raw))
  // Anything but a plain false refuses: a store's wrapper that returns undefined knows nothing.
  const revoked: unknown = await step('REVOCATION_UNKNOWN', () => policy.isRevoked(token))
  if (revoked !== false)
    throw new AuthError(revoked === true ? 'TOKEN_REVOKED' : 'REVOCATION_UNKNOWN')
  const permitted: unknown = await step('STORE_UNAVAILABLE', () => policy.authorize(token))
  if (permitted !== true) throw new AuthError('FORBIDDEN', scopeOf(policy))
  return contextFor(token)
}

/** A promise is truthy and later perhaps false: not an answer to go by. */
function needsToken<C>(policy: ServerPolicy<C>, call: Call): boolean {
  const answer: unknown = policy.select(call)
  if (typeof answer !== 'boolean') throw new TypeError('select must return a boolean')
  return answer
}

/** Runs one step; what it throws beside AuthError means that this step could not decide. */
async function step<R>(code: ErrorCode, run: () => R | Promise<R>): Promise<R> {
  try {
    return await run()
  } catch (error) {
    throw asRefusal(code, error)
  }
}

function asRefusal(code: ErrorCode, error: unknown): AuthError {
  return error instanceof AuthError
    ? error
    : new AuthError(code, { retryAfter: 1 }, { cause: error })
}

function scopeOf<C>({ authorize }: ServerPolicy<C>): { scope?: readonly string[] } {
  return authorize.scope === undefined ? {} : { scope: authorize.scope }
}

function contextFor<C>(token: VerifiedToken<C>): AuthContext<C> {
  return Object.freeze({ token, claims: token.claims })
}

function current<C>(owner: object): AuthContext<C> {
  const context = contextOf(owner)
  if (context === undefined) throw new AuthError('TOKEN_MISSING')
  return context as AuthContext<C> // this gate's own, and this gate only makes contexts of C
}
