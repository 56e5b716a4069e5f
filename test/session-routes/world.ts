import { randomBytes } from 'node:crypto'
import { AuthError } from '../../src/foundation/errors.js'
import {
  createCookieMode,
  createGate,
  from,
  requireRoles,
  type Gate,
} from '../../src/gate/index.js'
import type {
  Credentials,
  Login,
  LoginRequest,
  SessionRouteEvent,
  SessionRoutesOptions,
} from '../../src/session-routes/index.js'
import { memoryAttempts } from '../../src/stores/memory/index.js'
import type { Claims } from '../../src/token/index.js'
import { makeWithRevocation } from '../session/setup.js'

/** The one origin of own pages. */
export const ownOrigin = 'https://shop.example'

/** What a framework serves, and what is behind it. */
export interface World extends Awaited<ReturnType<typeof makeWithRevocation>> {
  readonly gate: Gate<Claims>
  /** A gate that asks for a role nobody has. */
  readonly closed: Gate<Claims>
  readonly options: SessionRoutesOptions<Claims>
  readonly events: SessionRouteEvent[]
  /** What `login` was asked with. */
  readonly asked: { readonly credentials: Credentials; readonly request: LoginRequest }[]
}

/** Users of these tests: the password is `right`, and for some names something goes wrong. */
function checker(asked: World['asked']) {
  return (credentials: Credentials, request: LoginRequest): Promise<Login | undefined> => {
    asked.push({ credentials, request })
    const { username, password } = credentials
    if (username === 'broken') throw new Error('the login function failed')
    if (username === 'http-error') throw Object.assign(new Error('wrong'), { statusCode: 401 })
    if (username === 'no-store') throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 })
    if (username === 'nonsense') return Promise.resolve(true as unknown as Login)
    if (password !== 'right') return Promise.resolve(undefined)
    const subject = username === 'disabled' ? 'nobody' : `of ${String(username)}`
    return Promise.resolve({ subject, scope: 'read' })
  }
}

/** Sessions, a gate and options for the routes, all over one clock. */
export async function createWorld(withCookies: boolean): Promise<World> {
  const made = await makeWithRevocation({
    loadSubject: (subject) =>
      Promise.resolve(subject === 'nobody' ? undefined : { claims: { roles: ['member'] } }),
  })
  const { verify, revocation } = made
  const cookies = createCookieMode({ origins: [ownOrigin] })
  const extract = withCookies ? from.first(from.bearer(), cookies.extract) : from.bearer()
  const isRevoked: typeof revocation.isRevoked = (token) => revocation.isRevoked(token)
  const gate = createGate({ verify, isRevoked, extract, select: () => false })
  const closed = createGate({ verify, isRevoked, authorize: requireRoles('owner') })
  const events: SessionRouteEvent[] = []
  const asked: World['asked'] = []
  const options = {
    gate,
    login: checker(asked),
    attempts: memoryAttempts(made.clock.now),
    onEvent: (event: SessionRouteEvent) => events.push(event),
    ...(withCookies ? { cookies } : {}),
  }
  return { ...made, gate, closed, options, events, asked }
}

/** A name that no other test uses: counts and sessions are by account. */
export function newName(): string {
  return `user-${randomBytes(6).toString('hex')}`
}

/** An address of its own network, for tests that count. */
export function newAddress(): string {
  const [a = 1, b = 1, c = 1] = randomBytes(3)
  return `203.${String(a)}.${String(b)}.${String(c)}`
}
