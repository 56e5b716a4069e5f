import type { StoredSession } from '../../session/ports.js'
import { indexScript, pointScript } from './session-scripts.js'
import type { RedisPort } from './port.js'
import { textsOf } from './reply.js'

/** The names of all keys; a Cluster places a key by the part in `{…}`. */
export function sessionKeys(prefix: string) {
  return {
    session: (id: string): string => `${prefix}:family:{${id}}`,
    sid: (sid: string): string => `${prefix}:sid:{${sid}}`,
    subject: (subject: string): string => `${prefix}:subject:${subject}`,
    /** Ids of all sessions, by the time at which a sweep looks whether they are over. */
    expiries: `${prefix}:families`,
    turn: `${prefix}:turn`,
    /** Ids of the sessions that are marked as due for revocation, by the time of their end. */
    due: `${prefix}:due`,
  } as const
}

/** Seconds to keep keys longer than needed, for clocks that differ or are put back. */
const margin = 86_400

/** Seconds for which a session and its index entries stay in Redis. */
export function keepFor({ absoluteExpiry }: StoredSession, now: number): number {
  return Math.max(absoluteExpiry - now, 0) + margin
}

/** Finds sessions by anything other than their id. */
export interface SessionIndex {
  /**
   * Adds a session to the indexes before it is created: so no existing session is ever missing, and entries of a failed
   * attempt lead nowhere. Such entries only go by expiry, because their session may be about to be created.
   *
   * @throws Error when its `sid` belongs to another session
   */
  remember(session: StoredSession, now: number): Promise<void>
  /** Forgets a session that has been removed. */
  forget(id: string, session: StoredSession | undefined): Promise<void>
  idOfSid(sid: string): Promise<string | null>
  /** Ids of a subject's sessions; some may no longer be sessions of that subject. */
  idsOf(subject: string): Promise<readonly string[]>
  /** Adds an ended session to the marked ones, where the step that ended it could not. */
  addDue(session: StoredSession): Promise<void>
  /** Removes ids from the marked ones. */
  removeDue(ids: readonly string[]): Promise<void>
  /** Ids of sessions that are marked, or were; the oldest `limit`. */
  idsDue(limit: number): Promise<readonly string[]>
  /** Forgets a settled session of a subject: no method looks for it there any more. */
  forgetOf(subject: string, id: string): Promise<void>
  /** At most so many ids of sessions that are to be looked at before a time. */
  idsBefore(time: number, limit: number): Promise<readonly string[]>
  /** Has a session looked at by a sweep at this time. */
  lookAgain(id: string, time: number): Promise<void>
  /** Has a session looked at by a sweep at this time, or before it. */
  lookEarlier(id: string, time: number): Promise<void>
}

/** Indexes in Redis: each has a separate key, which a Cluster may place on another server than the session. */
export function sessionIndex(port: RedisPort, prefix: string): SessionIndex {
  const keys = sessionKeys(prefix)
  const idsIn: Ranges = async (key, ...range) =>
    textsOf(await port.command(key, ['ZRANGE', key, ...range])).map(String)
  return {
    remember: async (session, now) => {
      const { id, sid, subject, absoluteExpiry, idleExpiry } = session
      const ttl = keepFor(session, now)
      const entry = [id, absoluteExpiry, ttl, now - margin, margin]
      // What is to be looked at goes by being looked at alone.
      const toSweep = [id, idleExpiry, ttl, 0, 0]
      const [owner] = await Promise.all([
        port.run(pointScript, { keys: [keys.sid(sid)], args: [id, ttl] }),
        port.run(indexScript, { keys: [keys.subject(subject)], args: entry }),
        port.run(indexScript, { keys: [keys.expiries], args: toSweep }),
      ])
      if (owner !== id) throw new Error('the sid belongs to another session')
    },
    forget: async (id, session) => {
      if (session !== undefined) {
        const { sid, subject } = session
        await port.command(keys.sid(sid), ['DEL', keys.sid(sid)])
        await port.command(keys.subject(subject), ['ZREM', keys.subject(subject), id])
      }
      await port.command(keys.expiries, ['ZREM', keys.expiries, id])
    },
    forgetOf: async (subject, id) => {
      await port.command(keys.subject(subject), ['ZREM', keys.subject(subject), id])
    },
    idOfSid: async (sid) => {
      const id = await port.command(keys.sid(sid), ['GET', keys.sid(sid)])
      return typeof id === 'string' ? id : null
    },
    idsOf: (subject) => idsIn(keys.subject(subject), '0', '-1'),
    ...dueIndex(port, keys.due, idsIn),
    ...sweepIndex(port, keys.expiries, idsIn),
  }
}

type Ranges = (key: string, ...range: string[]) => Promise<readonly string[]>

function dueIndex(
  port: RedisPort,
  key: string,
  idsIn: Ranges,
): Pick<SessionIndex, 'addDue' | 'removeDue' | 'idsDue'> {
  return {
    addDue: async (session) => {
      const { id, endedAt = 0 } = session
      await port.run(indexScript, {
        keys: [key],
        args: [id, endedAt, keepFor(session, endedAt), 0, 0],
      })
    },
    removeDue: async (ids) => {
      if (ids.length > 0) await port.command(key, ['ZREM', key, ...ids])
    },
    idsDue: (limit) => idsIn(key, '0', String(limit - 1)),
  }
}

function sweepIndex(
  port: RedisPort,
  key: string,
  idsIn: Ranges,
): Pick<SessionIndex, 'idsBefore' | 'lookAgain' | 'lookEarlier'> {
  return {
    idsBefore: (time, limit) =>
      idsIn(key, '-inf', `(${String(time)}`, 'BYSCORE', 'LIMIT', '0', String(limit)),
    lookAgain: async (id, time) => {
      await port.command(key, ['ZADD', key, 'XX', String(time), id])
    },
    lookEarlier: async (id, time) => {
      await port.command(key, ['ZADD', key, 'XX', 'LT', String(time), id])
    },
  }
}
