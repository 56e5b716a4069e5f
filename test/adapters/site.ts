import { setTimeout as delay } from 'node:timers/promises'
import { Transform } from 'node:stream'
import { createVerifier, type VerifiedToken } from '../../src/token/index.js'
import {
  fromContext,
  createGate,
  requireScopes,
  select,
  type Gate,
  type GateEvent,
} from '../../src/gate/index.js'
import { audience, issuer, key } from './tokens.js'

/** What one of the frameworks serves while the contract runs against it. */
export interface Server {
  readonly base: string
  close(): Promise<void>
}

/** The policy that every framework puts in front of the same routes. */
export interface Site {
  /** To be mounted in this order, each around everything. */
  readonly gates: readonly Gate<unknown>[]
  readonly events: GateEvent[]
  /** How many guarded handlers have run. */
  calls: number
}

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })

/** `jti` says what the revocation knows about a token. */
async function isRevoked({ payload }: VerifiedToken<unknown>): Promise<boolean> {
  await delay(0)
  if (payload.jti === 'store-is-down') throw new Error('connection refused')
  return payload.jti === 'revoked'
}

/** Everything is guarded but `/healthz`, `/calls` and `/public`; two more gates have areas of their own. */
export function createSite(): Site {
  const events: GateEvent[] = []
  const shared = { verify, isRevoked, onEvent: (event: GateEvent) => events.push(event) }
  const main = createGate({
    ...shared,
    select: select({
      except: { path: ['/healthz', '/calls', '/optional', '/orders'], prefix: '/public' },
      preflight: 'open',
    }),
  })
  const optional = createGate({ ...shared, optional: true, select: select({ path: '/optional' }) })
  const orders = createGate({
    ...shared,
    authorize: requireScopes('orders:read', 'orders:list'),
    select: select({ path: '/orders' }),
  })
  return { gates: [main, optional, orders], events, calls: 0 }
}

/** The other form: nothing is guarded but what is listed. */
export function createListedSite(): Site {
  const events: GateEvent[] = []
  const listed = createGate({
    verify,
    select: select({ path: '/admin', prefix: '/area', regex: /^\/v\d+\/admin/ }),
  })
  return { gates: [listed], events, calls: 0 }
}

/** Who is calling, by the context alone. */
export function subject(): string | null {
  return fromContext()?.token.payload.sub ?? null
}

/** Who is calling, asked again and again while other calls run. */
export async function subjectsOverTime(): Promise<readonly (string | null)[]> {
  const seen = [subject()]
  await delay(Math.random() * 5)
  seen.push(subject())
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  seen.push(subject())
  return seen
}

/** A body that is made while it is sent. */
export async function* subjectLines(): AsyncGenerator<string> {
  for (let line = 0; line < 3; line += 1) {
    yield `${String(subject())}\n`
    await delay(20)
  }
}

/** Writes the caller's name before each chunk that comes through. */
export function signChunks(): Transform {
  return new Transform({
    transform(_chunk, _encoding, done) {
      done(null, `${String(subject())};`)
    },
  })
}
