import {
  decideRotation,
  type EndAllRequest,
  type StoredSession,
  type SessionStore,
  type RotateRequest,
} from '../../session/ports.js'

/**
 * Sessions in this process: the reference for every other store. Each step is atomic because it runs without awaiting
 * anything.
 */
export function memorySessions(): SessionStore {
  const rows: Rows = { byId: new Map(), idOfSid: new Map() }
  return { ...readers(rows), ...writers(rows) }
}

interface Rows {
  readonly byId: Map<string, StoredSession>
  readonly idOfSid: Map<string, string>
}

function readers({ byId, idOfSid }: Rows): Pick<SessionStore, 'find' | 'findBySid' | 'list'> {
  const find = (id: string): Promise<StoredSession | undefined> => Promise.resolve(byId.get(id))
  return {
    find,
    findBySid: (sid: string) => find(idOfSid.get(sid) ?? ''),
    list: (subject: string, now: number) => {
      const own = [...byId.values()].filter((session) => session.subject === subject)
      return Promise.resolve(own.filter((session) => isLive(session, now)).sort(newestFirst))
    },
  }
}

function writers({ byId, idOfSid }: Rows): Omit<SessionStore, 'find' | 'findBySid' | 'list'> {
  const end = (session: StoredSession, now: number): StoredSession => {
    const ended = { ...session, endedAt: session.endedAt ?? now }
    byId.set(session.id, ended)
    return ended
  }
  return {
    create: (session: StoredSession) => {
      if (byId.has(session.id)) return Promise.reject(new Error('the session exists already'))
      byId.set(session.id, structuredClone(session))
      idOfSid.set(session.sid, session.id)
      return Promise.resolve()
    },
    rotate: (request: RotateRequest) => {
      const session = byId.get(request.id)
      if (session === undefined) return Promise.resolve({ kind: 'unknown' })
      const result = decideRotation(session, request)
      if (result.kind !== 'unknown') byId.set(session.id, result.session)
      return Promise.resolve(result)
    },
    end: (id: string, now: number) => {
      const session = byId.get(id)
      return Promise.resolve(session && end(session, now))
    },
    endAll: ({ subject, now, except }: EndAllRequest) => {
      const own = [...byId.values()].filter((session) => session.subject === subject)
      const toEnd = own.filter(({ id, endedAt }) => id !== except && endedAt === undefined)
      return Promise.resolve(toEnd.map((session) => end(session, now)))
    },
    sweep: (before: number) => {
      const old = [...byId.values()].filter(({ absoluteExpiry }) => absoluteExpiry < before)
      for (const { id, sid } of old) {
        byId.delete(id)
        idOfSid.delete(sid)
      }
      return Promise.resolve(old.length)
    },
  }
}

function isLive(session: StoredSession, now: number): boolean {
  return session.endedAt === undefined && now < session.absoluteExpiry && now < session.idleExpiry
}

function newestFirst(one: StoredSession, other: StoredSession): number {
  return other.createdAt - one.createdAt || (one.sid < other.sid ? -1 : 1)
}
