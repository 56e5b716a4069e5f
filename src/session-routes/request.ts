import { AuthError } from '../foundation/errors.js'
import type { Call } from '../gate/call.js'
import { readBody, type BodyMembers, type RouteBody } from './body.js'

/** A request to one of the routes, as its adapter hands it over. */
export interface RouteRequest {
  readonly call: Call
  /**
   * Reads the body; called at most once, and only by routes that take one. It rejects with BODY_TOO_LARGE beyond
   * `mostBodyBytes`.
   */
  readonly body: () => RouteBody | Promise<RouteBody>
  /** Finds the caller's address; undefined: unknown, and counted with all others that are. */
  readonly address: () => string | undefined
}

/**
 * The body of a route that needs one.
 *
 * @throws AuthError REQUEST_REFUSED, BODY_TYPE_REFUSED, BODY_TOO_LARGE
 */
export async function requireBody(request: RouteRequest): Promise<BodyMembers> {
  const members = await optionalBody(request)
  if (members === undefined) throw new AuthError('REQUEST_REFUSED')
  return members
}

/** The body of a route that may have one. @throws AuthError as {@link requireBody} */
export async function optionalBody({ call, body }: RouteRequest): Promise<BodyMembers | undefined> {
  return readBody(call, await body())
}

/**
 * A text in a body; undefined when it is not there.
 *
 * @throws AuthError REQUEST_REFUSED for a member that is no text, or an empty one
 */
export function textMember(members: BodyMembers, name: string): string | undefined {
  if (!Object.hasOwn(members, name)) return undefined
  const value = members[name]
  if (typeof value === 'string' && value !== '') return value
  throw new AuthError('REQUEST_REFUSED')
}
