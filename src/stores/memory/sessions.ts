import {
  decideRotation,
  detailsText,
  endedSession,
  type DueRequest,
  type EndAllRequest,
  type StoredSession,
  type SessionPage,
  type SessionStore,
  type ReplaceRequest,
  type RotateRequest,
  type SweepRequest,
} from '../../session/ports.js'
import { isOver } from '../session-over.js'
import { livePage } from '../session-page.js'

/**
 * Sessions in this process: the reference for every other store. Each step is atomic because it runs without awaiting
 * anything.
 */
export function memorySessions(): SessionStore {
  const rows: Rows = { byId: new Map(), idOfSid: new Map(), idsOfSubject: new Map() }
  return { ...readers(rows), ...keepers(rows), ...enders(rows) }
}

interface Rows {
  readonly byId: Map<string, StoredSession>
  readonly idOfSid: Map<string, string>
  readonly idsOfSubject: Map<string, Set<string>>
}

function sessionsOf({ byId, idsOfSubject }: Rows, subject: string): readonly StoredSession[] {
  const ids = idsOfSubject.get(subject) ?? []
  return [...ids].map((id) => byId.get(id)).filter((session) => session !== undefined)
}

function readers(rows: Rows): Pick<SessionStore, 'find' | 'findBySid' | 'list' | 'due'> {
  const { byId, idOfSid } = rows
  const find = (id: string): Promise<StoredSession | undefined> => Promise.resolve(byId.get(id))
  return {
    find,
    findBySid: (sid: string) => find(idOfSid.get(sid) ?? ''),
    list: (subject: string, now: number, page?: SessionPage) =>
      Promise.resolve(livePage(sessionsOf(rows, subject), { now, page })),
    due: ({ limit, subject }: DueRequest) => {
      const all = subject === undefined ? [...byId.values()] : sessionsOf(rows, subject)
      const due = all.filter(({ revocationDue }) => revocationDue === true)
      return Promise.resolve(due.slice(0, limit))
    },
  }
}

type Keeping = 'create' | 'rotate' | 'replace' | 'sweep' | 'takeTurn'

function keepers(rows: Rows): Pick<SessionStore, Keeping> {
  const { byId, idOfSid, idsOfSubject } = rows
  return {
    create: (session: StoredSession) => {
      const { id, sid, subject } = session
      if (byId.has(id)) return Promise.reject(new Error('the session exists already'))
      byId.set(id, structuredClone(session))
      idOfSid.set(sid, id)
      idsOfSubject.set(subject, (idsOfSubject.get(subject) ?? new Set()).add(id))
      return Promise.resolve()
    },
    rotate: (request: RotateRequest) => {
      const session = byId.get(request.id)
      if (session === undefined) return Promise.resolve({ kind: 'unknown' })
      const result = decideRotation(session, request)
      if (result.kind !== 'unknown') byId.set(session.id, result.session)
      return Promise.resolve(result)
    },
    replace: ({ was, becomes }: ReplaceRequest) => {
      const session = byId.get(was.id)
      if (session === undefined || session.endedAt !== undefined || !isSame(session, was))
        return Promise.resolve(false)
      byId.set(was.id, structuredClone(becomes))
      return Promise.resolve(true)
    },
    takeTurn: () => Promise.resolve(true),
    sweep: (request: SweepRequest) => {
      const old = [...byId.values()].filter((session) => isOver(session, request))
      for (const { id, sid, subject } of old.slice(0, request.limit)) {
        byId.delete(id)
        idOfSid.delete(sid)
        const ids = idsOfSubject.get(subject)
        ids?.delete(id)
        if (ids?.size === 0) idsOfSubject.delete(subject)
      }
      return Promise.resolve(Math.min(old.length, request.limit))
    },
  }
}

function isSame(session: StoredSession, was: StoredSession): boolean {
  return (
    session.generation === was.generation &&
    detailsText(session.details) === detailsText(was.details)
  )
}

function enders(rows: Rows): Pick<SessionStore, 'end' | 'endAll' | 'settle'> {
  const { byId } = rows
  const end = (session: StoredSession, now: number): StoredSession => {
    const ended = endedSession(session, now)
    byId.set(session.id, ended)
    return ended
  }
  return {
    end: (id: string, now: number) => {
      const session = byId.get(id)
      return Promise.resolve(session && end(session, now))
    },
    endAll: ({ subject, now, except }: EndAllRequest) => {
      const toEnd = sessionsOf(rows, subject).filter(
        ({ id, endedAt }) => id !== except && endedAt === undefined,
      )
      return Promise.resolve(toEnd.map((session) => end(session, now)))
    },
    settle: (ids: readonly string[]) => {
      for (const id of ids) {
        const { revocationDue, ...settled } = byId.get(id) ?? {}
        if (revocationDue === true) byId.set(id, settled as StoredSession) // only the optional member is gone
      }
      return Promise.resolve()
    },
  }
}
