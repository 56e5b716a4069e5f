import { AuthError } from '../foundation/errors.js'
import { notify } from '../foundation/listener.js'
import type { Refusal } from '../gate/respond.js'
import type { Sessions } from '../session/sessions.js'
import { writeJson } from '../token/json/write-json.js'
import { handlers } from './handlers.js'
import {
  readSessionRoutesOptions,
  type RoutesPolicy,
  type SessionRoutesOptions,
} from './options.js'
import type { Outcome } from './outcome.js'
import type { RouteRequest } from './request.js'
import { findRoute, type FoundRoute } from './routes.js'

/** The answer of a route: send each `Set-Cookie` value as a field of its own, beside those that others have set. */
export interface RouteAnswer extends Refusal {
  readonly setCookie: readonly string[]
}

/** The session routes without a framework. */
export interface SessionRoutes {
  /** The route for a method and a path below the mount; undefined when the request is for none of them. */
  readonly find: (method: string | undefined, path: string) => FoundRoute | undefined
  /**
   * Answers a request. Refusals are answers too.
   *
   * @throws whatever a function of the application throws, except AuthError; `onEvent` has heard of it
   */
  answer(route: FoundRoute, request: RouteRequest): Promise<RouteAnswer>
  /** The answer to what {@link answer} rejects with, for hosts that have none: a 500. */
  readonly respond: (error: unknown) => RouteAnswer
}

/**
 * Builds the routes of login, refresh, logout and the list of sessions, for authors of adapters. Applications take
 * `sessionRoutes` of their framework's adapter.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example
 * const routes = createSessionRoutes(sessions, { gate, login })
 * const route = routes.find('POST', '/login')
 * if (route) send(await routes.answer(route, { call, body: () => ({ bytes }), address: () => ip }))
 */
export function createSessionRoutes<C>(
  sessions: Sessions,
  options: SessionRoutesOptions<C>,
): SessionRoutes {
  const policy = readSessionRoutesOptions(sessions, options)
  return Object.freeze({
    find: findRoute,
    answer: (route: FoundRoute, request: RouteRequest) => answer(policy, route, request),
    respond: (error: unknown) => refusal(policy, error),
  })
}

async function answer(
  policy: RoutesPolicy,
  route: FoundRoute,
  request: RouteRequest,
): Promise<RouteAnswer> {
  try {
    const { fault, ...outcome } = await handlers[route.name](policy, request, route)
    const told = fault === undefined ? {} : { fault }
    notify(policy.onEvent, { route: route.name, status: outcome.status, ...told })
    return written(outcome)
  } catch (error) {
    notify(policy.onEvent, { route: route.name, ...refused(error) })
    if (error instanceof AuthError) return refusal(policy, error)
    throw error
  }
}

function refused(error: unknown) {
  if (!(error instanceof AuthError)) return { status: 500, fault: error }
  const { status, code, cause } = error
  return { status, code, ...(status >= 500 && cause !== undefined ? { fault: cause } : {}) }
}

function refusal({ gate }: RoutesPolicy, error: unknown): RouteAnswer {
  return { ...gate.respond(error), setCookie: [] }
}

function written({ status, body, setCookie = [] }: Outcome): RouteAnswer {
  const unstored = { 'Cache-Control': 'no-store' }
  if (status === 204) return { status, headers: unstored, body: '', setCookie }
  const headers = { ...unstored, 'Content-Type': 'application/json' }
  return { status, headers, body: writeJson(body ?? null), setCookie }
}
