import { AuthError } from '../foundation/errors.js'
import type { Call } from '../gate/call.js'
import type { Demand } from '../gate/gate-options.js'
import type { Gate } from '../gate/gate.js'
import type { SiteRoute } from './routes.js'
import { placeOf } from './site-request.js'

/** What a login changes. Not a token that never fits, such as one for another audience: that would go round for ever. */
const curable = /^(?:TOKEN_MISSING|TOKEN_EXPIRED|TOKEN_TOO_OLD|TOKEN_REVOKED|STEP_UP_REQUIRED)$/

/**
 * A gate for pages that a server renders: a visitor without a session, or with too old a login for the route, is sent to
 * the login, with `max_age` and `acr_values` of the challenge (RFC 9470 section 4), and comes back to the page. Calls of
 * scripts, forms and other methods get the gate's own answer.
 *
 * @example app.use(auth(relyingParty.pages(gate)))
 */
export function pagesGate<C>(gate: Gate<C>, routes: readonly SiteRoute[]): Gate<C> {
  const login = routes.find(({ name }) => name === 'login')?.path ?? '/login'
  const places = new WeakMap<AuthError, string>()
  const check = async (call: Call, demand?: Demand<C>) => {
    try {
      return await gate.check(call, demand)
    } catch (error) {
      if (error instanceof AuthError && curable.test(error.code) && isVisit(call))
        places.set(error, loginAddress(login, call, error))
      throw error
    }
  }
  const respond = (error: unknown) => {
    const answer = gate.respond(error)
    const place = error instanceof AuthError ? places.get(error) : undefined
    if (place === undefined) return answer
    return {
      status: 303,
      headers: { 'Cache-Control': 'no-store', Location: place, Vary: 'Sec-Fetch-Dest, Accept' },
      body: '',
    }
  }
  const pages = async <R>(call: Call, next: () => R | Promise<R>): Promise<R> => {
    const context = await check(call)
    return gate.enter(context, next)
  }
  return Object.freeze(Object.assign(pages, { ...membersOf(gate), check, respond }))
}

/** A browser that loads a page for its user; an older one says only what it takes. */
function isVisit(call: Call): boolean {
  if (call.kind !== 'http' || call.method !== 'GET') return false
  const [dest] = call.header('sec-fetch-dest')
  if (call.header('sec-purpose').length > 0) return false
  if (dest !== undefined) return dest === 'document'
  return call.header('accept').some((accept) => accept.includes('text/html'))
}

function loginAddress(login: string, call: Call, { stepUp }: AuthError): string {
  const asked = new URLSearchParams({ returnTo: placeOf({ call }) })
  const { maxAge, acrValues = [] } = stepUp ?? {}
  if (maxAge !== undefined) asked.set('max_age', String(maxAge))
  if (acrValues.length > 0) asked.set('acr_values', acrValues.join(' '))
  return `${login}?${asked.toString()}`
}

/** What stays the gate's own. */
function membersOf<C>(gate: Gate<C>): Omit<Gate<C>, 'check' | 'respond'> {
  return {
    enter: (context, fn, demand) => gate.enter(context, fn, demand),
    detail: (error) => gate.detail(error),
    current: () => gate.current(),
    watch: (close, context) => gate.watch(close, context),
  }
}
