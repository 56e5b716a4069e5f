import { within } from '../../foundation/deadline.js'
import { AuthError } from '../../foundation/errors.js'
import { allOf, type Guard, refusalOf, requireRoles, requireScopes } from '../../gate/authorize.js'
import { type Demand } from '../../gate/gate-options.js'
import { type Gate } from '../../gate/gate.js'
import { requireRecentLogin } from '../../gate/require-login.js'
import { type Claims, type VerifiedToken } from '../../token/token.js'
import {
  type Call,
  type Files,
  type GuardedHandler,
  type Handler,
  type Middleware,
  type OptionalHandler,
  type Upload,
  type Uploads,
} from './call.js'
import { type AnswerRules } from './answer.js'
import { type FormRules } from './form-rules.js'
import { type NumberRules } from './json-body.js'
import { HttpError, problemOf } from './http-error.js'
import { type Parts, readRequest, type Schema } from './schema/schema.js'

/** What a route says about itself, whatever carries it. */
export interface RouteOptions<S> extends NumberRules, AnswerRules {
  readonly method: string
  /** Segments that start with a colon are parameters. */
  readonly path: string
  readonly middleware?: readonly Middleware<S>[]
  /** 503 after that. */
  readonly timeoutMs?: number
  /** 413 for a longer body. */
  readonly maxBytes?: number
  /** The handler gives many answers, sent as server-sent events. */
  readonly sse?: true
  /** A body with members that the type does not name is refused. */
  readonly strict?: true
  /** The body may be a form. Default: only JSON. */
  readonly form?: FormRules
}

/** What a guarded route says besides: its guard, and what the token must carry. */
export interface GuardedOptions<S, G extends string> extends RouteOptions<S> {
  readonly guard: G
  /** The token must have every one of these scopes, as for `requireScopes`. Default: any token of the guard will do. */
  readonly scopes?: readonly string[]
  /** And every one of these roles, as for `requireRoles`. */
  readonly roles?: readonly string[]
  /** And be of a login that is not older, in seconds, as for `requireRecentLogin`. */
  readonly recentLogin?: number
}

/** One call as a server hands it over. */
export interface Incoming<S> {
  readonly call: Call<S>
  readonly parts: Parts
  /** The files of a form. Default: none. */
  readonly files?: (name: string) => readonly File[]
  /** The files of a form that is still arriving. Default: none. */
  readonly uploads?: AsyncIterable<Upload>
  /** Undefined when no gate has admitted the call. */
  readonly token: VerifiedToken | undefined
}

/** A route with its handler. `G` are the names of the guards. */
export interface Route<S, G extends string> extends RouteOptions<S> {
  readonly guard: G | null
  /**
   * Whether a token carries the scopes and roles of the route; absent where any token of the guard will do. Give it to the
   * gate, as the route's demand, to refuse a call before its body is read; `run` asks too.
   */
  readonly authorize?: Guard<unknown>
  /** The guard takes calls without a token too: give that to the gate as the route's demand. */
  readonly optional?: true
  /** Runs middleware and handler. Undefined is an answer without a body; `answerTo` takes what it rejects with. */
  run(incoming: Incoming<S>): Promise<unknown>
}

/**
 * What a gate is asked for a route besides its own policy; undefined for nothing.
 *
 * @example await gate.check(call, demandOf(route))
 */
export function demandOf({
  authorize,
  optional,
}: Pick<Route<never, string>, 'authorize' | 'optional'>): Demand<Claims> | undefined {
  if (authorize === undefined && optional === undefined) return undefined
  return {
    ...(authorize === undefined ? {} : { authorize }),
    ...(optional === undefined ? {} : { optional }),
  }
}

/** A gate for each guard. */
export type GatesOf<G extends string> = Readonly<Record<G, Gate<Claims>>>

/**
 * A route that anyone may call.
 *
 * @example open({ method: 'POST', path: '/login' }, LoginReq, (call) => api.login(call))
 */
export function open<S, Req, Res>(
  options: RouteOptions<S>,
  request: Schema<Req>,
  handler: Handler<S, Req, Res, Files & Uploads>,
): Route<S, never> {
  const run = (incoming: Incoming<S>) =>
    runRoute(options, incoming, (call) =>
      handler({
        ...call,
        ...filesOf(incoming),
        request: readRequest(request, incoming.parts, options),
      }),
    )
  return { ...options, guard: null, run }
}

/**
 * A route for callers with a valid token, which must also carry the scopes and the roles that the options name: 403 with
 * `insufficient_scope` (RFC 6750 section 3.1) without them.
 *
 * @throws ConfigError for an empty list, and for a scope that RFC 6749 section 3.3 does not allow
 * @example guarded({ guard: 'Auth', roles: ['admin'], method: 'GET', path: '/me' }, nothing, (call) => api.me(call))
 */
export function guarded<S, G extends string, Req, Res>(
  options: GuardedOptions<S, G>,
  request: Schema<Req>,
  handler: GuardedHandler<S, Req, Res, Files & Uploads>,
): Route<S, G> {
  const authorize = authorizeOf(options)
  const run = (incoming: Incoming<S>) => {
    const { token, parts } = incoming
    // No gate has admitted this call: a route that was mounted without its guard stays shut.
    if (token === undefined) return Promise.reject(new AuthError('TOKEN_MISSING'))
    // Asked again after the gate: an application that guards by itself does not know what each route demands.
    if (authorize !== undefined && !authorize(token))
      return Promise.reject(refusalOf(authorize, token))
    const { claims } = token
    return runRoute(options, incoming, (call) =>
      handler({
        ...call,
        ...filesOf(incoming),
        claims,
        request: readRequest(request, parts, options),
      }),
    )
  }
  return { ...options, ...(authorize === undefined ? {} : { authorize }), run }
}

function filesOf<S>({ files = () => [], uploads = noUploads }: Incoming<S>): Files & Uploads {
  return { files, uploads }
}

/** A form without files, or no form at all. */
const noUploads: AsyncIterable<Upload> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
}

/**
 * A route for callers with a valid token and for those without any; a token that is not valid is refused.
 *
 * @example optional({ guard: 'Auth', method: 'GET', path: '/news' }, nothing, ({ claims }) => api.news(claims?.sub))
 */
export function optional<S, G extends string, Req, Res>(
  options: RouteOptions<S> & { readonly guard: G },
  request: Schema<Req>,
  handler: OptionalHandler<S, Req, Res, Files & Uploads>,
): Route<S, G> {
  const run = (incoming: Incoming<S>) => {
    const claims = incoming.token?.claims
    return runRoute(options, incoming, (call) =>
      handler({
        ...call,
        ...filesOf(incoming),
        claims,
        request: readRequest(request, incoming.parts, options),
      }),
    )
  }
  return { ...options, optional: true, run }
}

function authorizeOf(
  options: Pick<GuardedOptions<never, never>, 'scopes' | 'roles' | 'recentLogin'>,
) {
  const { scopes, roles, recentLogin } = options
  const guards = [
    ...(scopes === undefined ? [] : [requireScopes(...scopes)]),
    ...(roles === undefined ? [] : [requireRoles(...roles)]),
    ...(recentLogin === undefined ? [] : [requireRecentLogin(recentLogin)]),
  ]
  return guards.length === 0 ? undefined : allOf(...guards)
}

function runRoute<S>(
  options: RouteOptions<S>,
  { call, token }: Incoming<S>,
  handler: (call: Call<S>) => unknown,
): Promise<unknown> {
  const limit = options.sse === true ? undefined : options.timeoutMs
  return withTimeout(limit, call.signal, (signal) => {
    const whole = { ...call, signal }
    const seen = token === undefined ? whole : { ...whole, claims: token.claims }
    const chain = (options.middleware ?? []).reduceRight<() => Promise<unknown>>(
      (next, middleware) => async () => middleware(seen, next),
      async () => await handler(whole),
    )
    return chain()
  })
}

async function withTimeout(
  ms: number | undefined,
  left: AbortSignal,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  if (ms === undefined) return work(left)
  const controller = new AbortController()
  const signal = AbortSignal.any([left, controller.signal])
  const timeout = new HttpError(503, problemOf(503, 'timeout'))
  try {
    return await within(ms, () => work(signal), { late: () => timeout })
  } catch (error) {
    // Not before: the handler's own rejection would race with the 503.
    if (error === timeout) controller.abort()
    throw error
  }
}
