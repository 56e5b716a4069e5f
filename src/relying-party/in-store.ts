import { createHash, randomBytes } from 'node:crypto'
import { askStore } from '../foundation/ask-store.js'
import type { Call } from '../gate/call.js'
import { readCookie } from '../gate/extract.js'
import type { Ending, HeldLogin, Keeper, Kept, Renewal } from './keeper.js'
import type { EndedMark, SiteSession, SiteSessionStore } from './ports.js'
import { clearSiteCookie, setSiteCookie } from './site-cookies.js'
import type { SiteLogin, UnverifiedTokens } from './site-login.js'

interface InStore {
  readonly store: SiteSessionStore
  readonly now: () => number
  /** Seconds. */
  readonly sessionTtl: number
}

/** A keeper whose sessions the site itself can read. */
export interface StoreKeeper extends Keeper {
  /** The session of a request; undefined when there is none, or the provider has ended it. @throws AuthError STORE_UNAVAILABLE */
  readonly session: (call: Call) => Promise<SiteSession | undefined>
}

const cookie = { name: '__Host-site', sameSite: 'Lax' } as const
const deadlineMs = 1000

/**
 * Keeps sessions in a store, under the hash of an id that only the browser has: who reads the store cannot present one.
 *
 * @example keepInStore({ store: memorySiteSessions(), now, sessionTtl: 604_800 })
 */
export function keepInStore(mode: InStore): StoreKeeper {
  const session = (call: Call) => find(mode, call)
  return Object.freeze({
    session,
    keep: (login) => keep(mode, login),
    hasSession: async (call) => (await session(call)) !== undefined,
    accessToken: async (call) => (await session(call))?.accessToken,
    held: async (call) => heldOf(await session(call)),
    renew: (call, _held, renewal) => renew(mode, call, renewal),
    drop: async (call) => {
      const key = keyOf(call)
      if (key !== undefined) await ask(() => mode.store.delete(key))
      return [clearSiteCookie(cookie)]
    },
    endRefused: (call, refreshToken) => endRefused(mode, call, refreshToken),
    end: (ending) => end(mode, ending),
  } satisfies StoreKeeper)
}

async function keep({ store, now, sessionTtl }: InStore, login: SiteLogin): Promise<Kept> {
  const { subject, sid, claims, idToken, tokens } = login
  const at = Math.floor(now())
  const session: SiteSession = {
    ...{ subject, claims, idToken, loggedInAt: at, expiresAt: at + sessionTtl },
    ...(sid === undefined ? {} : { sid }),
    ...tokensOf(tokens, at),
  }
  const id = randomBytes(32).toString('base64url')
  await ask(() => store.set(sessionKey(id), session, sessionTtl))
  return {
    setCookie: [setSiteCookie(cookie, { value: id, maxAge: sessionTtl })],
    body: timesOf(tokens, at),
  }
}

async function renew(mode: InStore, call: Call, { tokens, idToken }: Renewal): Promise<Kept> {
  const [key, session] = [keyOf(call), await find(mode, call)]
  const at = Math.floor(mode.now())
  if (key === undefined || session === undefined) return { setCookie: [], body: {} }
  const left = session.expiresAt - at
  const next = {
    ...session,
    ...tokensOf(tokens, at),
    ...(idToken === undefined ? {} : { idToken }),
  }
  await ask(() => mode.store.set(key, next, Math.max(1, left)))
  return { setCookie: [], body: timesOf(tokens, at) }
}

function tokensOf({ accessToken, refreshToken, scope, expiresIn }: UnverifiedTokens, at: number) {
  return {
    ...{ accessToken, accessExpire: at + expiresIn },
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined ? {} : { scope }),
  }
}

function timesOf({ expiresIn }: UnverifiedTokens, at: number) {
  return { expiresIn, accessExpire: at + expiresIn, refreshAfter: at + Math.floor(expiresIn / 2) }
}

async function find({ store, now }: InStore, call: Call): Promise<SiteSession | undefined> {
  const key = keyOf(call)
  if (key === undefined) return undefined
  const session = await ask(() => store.get(key))
  if (!isSession(session) || session.expiresAt <= now()) return undefined
  const { sid, subject, claims } = session
  const marks = [subjectKey(subject), ...(sid === undefined ? [] : [sidKey(sid)])]
  const [ofSubject, ofSid] = await Promise.all(marks.map((mark) => ask(() => store.get(mark))))
  if (ofSid !== undefined && ofSid !== null) return undefined
  // Both times are of the provider's clock. A login of the same second may be the one that was ended.
  const isOlder = isMark(ofSubject) && Number(claims['iat']) <= ofSubject.endedAt
  return isOlder ? undefined : session
}

/** A mark instead of a deletion: it also ends a login whose tokens are still on their way. */
async function end({ store, sessionTtl }: InStore, { sid, subject, at }: Ending): Promise<void> {
  const key = sid === undefined ? subjectKey(subject ?? '') : sidKey(sid)
  const before = await ask(() => store.get(key))
  const endedAt = isMark(before) ? Math.max(before.endedAt, at) : at
  await ask(() => store.set(key, { endedAt }, sessionTtl))
}

/** Another process may have refreshed meanwhile. */
async function endRefused({ store }: InStore, call: Call, refreshToken: string): Promise<void> {
  const key = keyOf(call)
  const session = key === undefined ? undefined : await ask(() => store.get(key))
  if (key === undefined || !isSession(session) || session.refreshToken !== refreshToken) return
  await ask(() => store.delete(key))
}

function heldOf(session: SiteSession | undefined): HeldLogin | undefined {
  if (session === undefined) return undefined
  const { subject, sid, refreshToken, idToken } = session
  return { subject, sid, refreshToken, idToken }
}

function keyOf(call: Call): string | undefined {
  const id = readCookie(call.header('cookie'), cookie.name)
  return id === undefined ? undefined : sessionKey(id)
}

function sessionKey(id: string): string {
  return `session:${hashOf(id)}`
}

function sidKey(sid: string): string {
  return `sid:${hashOf(sid)}`
}

function subjectKey(subject: string): string {
  return `subject:${hashOf(subject)}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

type Value = SiteSession | EndedMark | null | undefined

function isSession(value: Value): value is SiteSession {
  return typeof value === 'object' && value !== null && 'accessToken' in value
}

function isMark(value: Value): value is EndedMark {
  return typeof value === 'object' && value !== null && 'endedAt' in value
}

function ask<T>(question: () => T | PromiseLike<T>): Promise<T> {
  return askStore(deadlineMs, question)
}
