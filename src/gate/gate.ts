import { AuthError, type ErrorCode } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import { type VerifiedToken } from '../token/token.js'
import { refusalOf } from './authorize.js'
import { type Call } from './call.js'
import { admissionOf, enter, fromContext, type AuthContext } from './context.js'
import { watchDecision, type OnEvent } from './events.js'
import { type Refusal } from './respond.js'
import {
  readGateOptions,
  type Authorize,
  type Demand,
  type GateOptions,
  type GatePolicy,
} from './gate-options.js'
import { joinStepUps } from './step-up.js'
import { createWatch } from './watch.js'

/** A policy, ready for an adapter to put in front of handlers. */
export interface Gate<C> {
  /** Admits the call to `next`, in its context, or rejects with AuthError and never calls `next`. */
  <R>(call: Call, next: () => R | Promise<R>): Promise<R>
  /**
   * Runs every check, for adapters: returns the context, or undefined for a call admitted without a token. `demand` is
   * what the route requires in addition to the gate.
   *
   * @throws AuthError, never another error
   */
  check(call: Call, demand?: Demand<C>): Promise<AuthContext<C> | undefined>
  /** Runs `fn` in the context that {@link check} returned, for adapters. `demand` is the same as there. */
  enter<R>(context: AuthContext<C> | undefined, fn: () => R, demand?: Demand<C>): R
  /** The answer to a refusal, for adapters. */
  readonly respond: (error: unknown) => Refusal
  /** The text about a refusal for callers, where an answer has no body, for adapters. */
  readonly detail: (error: AuthError) => string
  /**
   * The caller, anywhere below this gate.
   *
   * @throws AuthError TOKEN_MISSING (401) in a call that an optional gate admitted without a token; ROUTE_UNGUARDED
   * (500), also told to `onEvent`, where this gate guards nothing: under another gate, without `auth(gate)`, in a route
   * that `select` leaves out, outside a call
   */
  readonly current: () => AuthContext<C>
  /**
   * Watches a stream that may outlive its token: calls `close` once, when the token of the call being handled (or of
   * `context`) has expired, is revoked, or its revocation stays unknown for `recheckEvery`. Returns a function that
   * ends the watch: call it when the stream ends. Without a token there is nothing to watch; a call whose token another
   * gate has checked is closed at once (ROUTE_UNGUARDED), because this gate would watch nothing.
   *
   * The gRPC and Connect adapters do this by themselves; an HTTP answer is open for as long as its handler keeps it.
   *
   * @example response.once('close', gate.watch(() => response.destroy()))
   */
  watch(close: (error: AuthError) => void, context?: AuthContext<C>): () => void
}

/**
 * Builds a gate. It decides for each call: does it need a token, where is it, is it valid, is it revoked, does it
 * permit this call.
 *
 * Everything unexpected refuses: any error of a check except AuthError becomes 503, or 500 when the application's own
 * `select`, `extract` or `authorize` threw synchronously. `next` is then not called.
 *
 * @throws ConfigError when an option is unknown or invalid
 * @example
 * const gate = createGate({ verify, authorize: requireScopes('orders:read') })
 * app.use(auth(gate)) // from 'jotgate/express'
 */
export function createGate<C>(options: GateOptions<C>): Gate<C> {
  const policy = readGateOptions(options)
  const owner = {}
  const check = (call: Call, demand?: Demand<C>) =>
    watchDecision(policy.onEvent, call, () => admit(policy, call, demand))
  const gate = async <R>(call: Call, next: () => R | Promise<R>): Promise<R> => {
    const context = await check(call)
    return enter({ owner, context, isOptional: policy.optional }, next)
  }
  return Object.freeze(
    Object.assign(gate, {
      check,
      enter: <R>(context: AuthContext<C> | undefined, fn: () => R, demand?: Demand<C>) =>
        enter({ owner, context, isOptional: demand?.optional ?? policy.optional }, fn),
      respond: (error: unknown) => policy.respond(asRefusal('POLICY_FAULT', error)),
      detail: policy.detail,
      current: () => current<C>(owner, policy.onEvent),
      watch: watchOver(policy, owner),
    }),
  )
}

async function admit<C>(
  policy: GatePolicy<C>,
  call: Call,
  demand: Demand<C> = {},
): Promise<AuthContext<C> | undefined> {
  const isOptional = optionalOf(demand)
  if (isOptional === undefined && !step('POLICY_FAULT', () => needsToken(policy, call)))
    return undefined
  const raw = step('POLICY_FAULT', () => policy.extract(call))
  if (raw === undefined) {
    if (isOptional ?? policy.optional) return undefined
    throw new AuthError('TOKEN_MISSING')
  }
  const token = await wait(
    'KEYS_UNAVAILABLE',
    step('KEYS_UNAVAILABLE', () => policy.verify(raw)),
  )
  // Only a plain false admits: a store wrapper that returns undefined knows nothing.
  const asked = step('REVOCATION_UNKNOWN', () => policy.isRevoked(token))
  const revoked: unknown = isPending(asked) ? await wait('REVOCATION_UNKNOWN', asked) : asked
  if (revoked !== false)
    throw new AuthError(revoked === true ? 'TOKEN_REVOKED' : 'REVOCATION_UNKNOWN')
  let stepUp: AuthError | undefined
  for (const authorize of [policy.authorize, demand.authorize]) {
    const asked = authorize && permit(authorize, token)
    const refusal = isPending(asked) ? await asked : asked
    if (refusal === undefined) continue
    // A refusal that no login changes goes first, so that the user does not log in for nothing.
    if (refusal.stepUp === undefined) throw refusal
    stepUp = stepUp === undefined ? refusal : both(stepUp, refusal)
  }
  if (stepUp !== undefined) throw stepUp
  return contextFor(token)
}

/** One login has to satisfy the gate and the route. */
function both(one: AuthError, other: AuthError): AuthError {
  const stepUp = joinStepUps([one.stepUp, other.stepUp])
  return stepUp === undefined
    ? new AuthError('FORBIDDEN')
    : new AuthError('STEP_UP_REQUIRED', { stepUp })
}

/** Only what the demand itself says counts: Object.prototype may have been given a member `optional`. */
function optionalOf<C>(demand: Demand<C>): boolean | undefined {
  return Object.hasOwn(demand, 'optional') ? demand.optional : undefined
}

/**
 * The refusal, if there is one. A synchronous throw is a bug in the function; a rejection may mean that a store did not
 * answer.
 */
function permit<C>(
  authorize: Authorize<C>,
  token: VerifiedToken<C>,
): Promise<AuthError | undefined> | AuthError | undefined {
  const asked = step('POLICY_FAULT', () => authorize(token))
  const decide = (permitted: unknown) =>
    permitted === true ? undefined : step('POLICY_FAULT', () => refusalOf(authorize, token))
  return isPending(asked) ? wait('STORE_UNAVAILABLE', asked).then(decide) : decide(asked)
}

/** A promise is truthy and may later be false, so it cannot decide. */
function needsToken<C>(policy: GatePolicy<C>, call: Call): boolean {
  const answer: unknown = policy.select(call)
  if (typeof answer !== 'boolean') throw new TypeError('select must return a boolean')
  return answer
}

/** Runs one step; a synchronous error except AuthError means that this step could not decide. */
function step<R>(code: ErrorCode, run: () => R): R {
  try {
    return run()
  } catch (error) {
    throw asRefusal(code, error)
  }
}

/** Waits for a step; a rejection with anything but AuthError means the same. */
async function wait<R>(code: ErrorCode, pending: R | PromiseLike<R>): Promise<R> {
  try {
    return await pending
  } catch (error) {
    throw asRefusal(code, error)
  }
}

/** Await only a promise: async hooks, which Node 20 needs for a context, cost time for every promise. */
function isPending<R>(answer: R | PromiseLike<R>): answer is PromiseLike<R> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

function asRefusal(code: ErrorCode, error: unknown): AuthError {
  if (error instanceof AuthError) return error
  return new AuthError(code, code === 'POLICY_FAULT' ? {} : { retryAfter: 1 }, { cause: error })
}

function contextFor<C>(token: VerifiedToken<C>): AuthContext<C> {
  return Object.freeze({ token, claims: token.claims })
}

function current<C>(owner: object, onEvent: OnEvent | undefined): AuthContext<C> {
  const admission = admissionOf(owner)
  if (admission?.context !== undefined) return admission.context as AuthContext<C> // this gate's own, and this gate only makes contexts of C
  throw admission?.isOptional === true ? new AuthError('TOKEN_MISSING') : unguarded(onEvent)
}

/** A fault of the program, which the caller cannot mend: it has a stack, and the operator learns of it. */
function unguarded(onEvent: OnEvent | undefined): AuthError {
  const fault = new AuthError('ROUTE_UNGUARDED')
  Error.captureStackTrace(fault)
  const { code, reason } = fault
  if (onEvent) notify(onEvent, { kind: 'refused', code, reason, fault, durationMs: 0 })
  return fault
}

/** After the caller has the function that ends the watch. */
function closeSoon(fault: AuthError, close: (error: AuthError) => void): () => void {
  const timer = setImmediate(() => {
    close(fault)
  })
  return () => {
    clearImmediate(timer)
  }
}

function watchOver<C>(policy: GatePolicy<C>, owner: object): Gate<C>['watch'] {
  const watch = createWatch({ isRevoked: policy.isRevoked, everyMs: policy.recheckMs })
  return (close, given) => {
    const admission = admissionOf(owner)
    const context = given ?? (admission?.context as AuthContext<C> | undefined) // this gate's own, as in current()
    if (context === undefined) {
      const isOthers = admission === undefined && fromContext() !== undefined
      return isOthers ? closeSoon(unguarded(policy.onEvent), close) : () => undefined
    }
    const start = performance.now()
    return watch(context.token, (error) => {
      const { code, reason } = error
      const durationMs = performance.now() - start
      notify(policy.onEvent, { kind: 'closed', code, reason, durationMs })
      close(error)
    })
  }
}
