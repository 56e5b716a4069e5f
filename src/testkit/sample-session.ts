import { randomBytes } from 'node:crypto'
import { sessionSid } from '../session/session-id.js'
import type { StoredSession, SessionStore, RotateRequest, RotateResult } from '../session/ports.js'

/** When sample sessions start. Unix time in seconds. */
export const start = 1_800_000_000

/** A session as a login creates it: 7 days idle, 30 days in total. */
export function sampleSession(changes: Partial<StoredSession> = {}): StoredSession {
  const id = randomBytes(16).toString('base64url')
  return {
    id,
    sid: sessionSid(id),
    subject: 'user-1',
    client: 'web',
    scope: 'read write',
    audience: ['api'],
    generation: 0,
    parent: -1,
    createdAt: start,
    rotatedAt: start,
    absoluteExpiry: start + 2_592_000,
    idleExpiry: start + 604_800,
    meta: { userAgent: 'Test/1.0' },
    ...changes,
  }
}

/** A refresh of a sample session: grace 10 s, recovery 1 h, 7 days idle. */
export function sampleRequest(
  session: StoredSession,
  changes: Partial<RotateRequest> = {},
): RotateRequest {
  return {
    id: session.id,
    presented: session.generation,
    client: session.client,
    now: start + 450,
    grace: 10,
    recoverWithin: 3600,
    idleTtl: 604_800,
    ...changes,
  }
}

/** A store that contains one session. */
export interface Kept {
  readonly store: SessionStore
  readonly session: StoredSession
  readonly rotate: (changes?: Partial<RotateRequest>) => Promise<RotateResult>
}

/** Puts one session into a new store. */
export async function keep(
  makeStore: () => SessionStore | Promise<SessionStore>,
  changes: Partial<StoredSession> = {},
): Promise<Kept> {
  const store = await makeStore()
  const session = sampleSession(changes)
  await store.create(session)
  return { store, session, rotate: (changed) => store.rotate(sampleRequest(session, changed)) }
}
