import { AuthError } from '../foundation/errors.js'
import type { SessionPage } from '../session/ports.js'
import { ownerOf, subjectOf } from './caller.js'
import type { RoutesPolicy } from './options.js'
import type { Outcome } from './outcome.js'
import type { RouteRequest } from './request.js'

const usualLimit = 50
const mostLimit = 100
const cursor = /^(\d{1,15})\.([\w-]{22})$/

/**
 * The caller's sessions, newest first, a page at a time: `?limit=` from 1 to 100, `?after=` what the page before has as
 * `next`. The caller's own one says `current`.
 */
export async function listOwn(policy: RoutesPolicy, { call }: RouteRequest): Promise<Outcome> {
  const context = await ownerOf(policy, call)
  const page = readPage(call.query)
  // One more than asked for tells whether there is another page.
  const found = await policy.sessions.list(subjectOf(context), { ...page, limit: page.limit + 1 })
  const shown = found.slice(0, page.limit)
  const last = found.length > shown.length ? shown.at(-1) : undefined
  const sessions = shown.map((session) =>
    session.sid === context.token.payload['sid'] ? { ...session, current: true } : session,
  )
  const next = last && `${String(last.createdAt)}.${last.sid}`
  return { status: 200, body: { sessions, ...(next === undefined ? {} : { next }) } }
}

/** @throws AuthError REQUEST_REFUSED for a query that is not as {@link listOwn} says */
function readPage(query = ''): SessionPage & { readonly limit: number } {
  const parameters = new URLSearchParams(query)
  const [limits, afters] = [parameters.getAll('limit'), parameters.getAll('after')]
  const [text = String(usualLimit)] = limits
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  const isUsable = limit >= 1 && limit <= mostLimit && limits.length < 2 && afters.length < 2
  if (!isUsable) throw new AuthError('REQUEST_REFUSED')
  const [after] = afters
  if (after === undefined) return { limit }
  const [, createdAt, sid] = cursor.exec(after) ?? []
  if (sid === undefined) throw new AuthError('REQUEST_REFUSED')
  return { limit, after: { createdAt: Number(createdAt), sid } }
}
