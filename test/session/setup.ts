import { randomBytes } from 'node:crypto'
import type { AuthError } from '../../src/foundation/errors.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { hmacKey } from '../../src/key/hmac-key.js'
import { createRevocation } from '../../src/revocation/index.js'
import {
  createSessions,
  createServiceKeys,
  type SessionStore,
  type Sessions,
  type SessionsOptions,
  type SessionEvent,
  type SubjectState,
  type TokenResponse,
} from '../../src/session/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'

export const client = 'web'
export const issuerName = 'https://auth.example'
export const serviceSecret = randomBytes(32)

const key = hmacKey(randomBytes(32), 'HS256')

/** Everything that happened around an issuer, in order. */
export interface Seen {
  readonly hooks: { readonly name: string; readonly event: SessionEvent }[]
  /** The `sid` of a session, or the cut-off of a subject. */
  readonly revoked: (string | { readonly subject: string; readonly before: number })[]
  /** Names of store calls, revocations and hooks as they came. */
  readonly order: string[]
}

/** An issuer on a fake clock over a store that counts. */
export function makeSessions(options: Partial<SessionsOptions> = {}) {
  const clock = fakeClock()
  const seen: Seen = { hooks: [], revoked: [], order: [] }
  const subjects = new Map<string, SubjectState>([
    ['user-1', { claims: { role: 'member' } }],
    ['user-2', { claims: { role: 'member' } }],
  ])
  const store = watched(options.store ?? memoryStores().sessions, seen.order)
  const sign = createSigner({
    key,
    issuer: issuerName,
    audience: 'api',
    expiresIn: '15m',
    typ: 'at+jwt',
    now: clock.now,
  })
  const sessions = createSessions({
    sign,
    serviceKey: createServiceKeys({ current: serviceSecret }),
    loadSubject: (subject) => Promise.resolve(subjects.get(subject)),
    revoke: (entry) => {
      seen.revoked.push('sid' in entry ? entry.sid : entry)
      seen.order.push('revoke')
      return Promise.resolve()
    },
    hooks: hooksInto(seen),
    now: clock.now,
    ...options,
    store,
  })
  const verify = createVerifier({
    keys: key,
    algorithms: ['HS256'],
    issuer: issuerName,
    audience: null,
    typ: 'at+jwt',
    now: clock.now,
  })
  return { sessions, clock, seen, subjects, store, verify }
}

/** The same over a revocation of its own, which the issuer revokes by. Close it. */
export async function makeWithRevocation(options: Partial<SessionsOptions> = {}) {
  const stores = memoryStores()
  const made = makeSessions({
    store: stores.sessions,
    revoke: (entry) => revocation.revoke(entry),
    ...options,
  })
  const revocation = createRevocation({
    store: stores.revocations,
    issuer: issuerName,
    accessTtl: '15m',
    now: made.clock.now,
  })
  await revocation.start()
  return { ...made, revocation }
}

/** Begins a session of user-1. */
export function login(sessions: Sessions): Promise<TokenResponse> {
  return sessions.issue({ subject: 'user-1', client, scope: 'read write' })
}

/** The code of a refusal; undefined when there was none. */
export async function codeOf(answer: Promise<unknown>): Promise<string | undefined> {
  try {
    await answer
    return undefined
  } catch (error) {
    return (error as AuthError).code
  }
}

function hooksInto(seen: Seen): NonNullable<SessionsOptions['hooks']> {
  const listen = (name: string) => (event: SessionEvent) => {
    seen.hooks.push({ name, event })
    seen.order.push(name)
  }
  return {
    onRefreshed: listen('onRefreshed'),
    onReplayed: listen('onReplayed'),
    onRecovered: listen('onRecovered'),
    onReused: listen('onReused'),
    onRolledBack: listen('onRolledBack'),
    onEvicted: listen('onEvicted'),
  }
}

/** A store that writes down what it is asked. */
function watched(store: SessionStore, order: string[]): SessionStore {
  return new Proxy(store, {
    get: (target, name) => {
      order.push(String(name))
      return Reflect.get(target, name) as unknown
    },
  })
}
