import type { StoredSession } from '../../session/ports.js'
import { indexScript, pointScript } from './session-scripts.js'
import type { RedisPort } from './port.js'
import { textsOf } from './reply.js'

/** Where things are; `{…}` is what a Cluster places a key by. */
export function sessionKeys(prefix: string) {
  return {
    session: (id: string): string => `${prefix}:family:{${id}}`,
    sid: (sid: string): string => `${prefix}:sid:{${sid}}`,
    subject: (subject: string): string => `${prefix}:subject:${subject}`,
    expiries: `${prefix}:families`,
  } as const
}

/** Seconds that things are kept longer than needed, for clocks that differ or are put back. */
const margin = 86_400

/** Seconds for which a session, and what leads to it, stays in Redis. */
export function keepFor({ absoluteExpiry }: StoredSession, now: number): number {
  return Math.max(absoluteExpiry - now, 0) + margin
}

/** What leads to a session by something other than its id. */
export interface SessionIndex {
  /**
   * Makes a session to be found, before it is there: so none that is there is ever missing, and what is left of an
   * attempt that failed leads nowhere. It is dropped by its expiry only, as it may be one that is about to be there.
   *
   * @throws Error when its `sid` belongs to another session
   */
  remember(session: StoredSession, now: number): Promise<void>
  /** Forgets a session that has been removed. */
  forget(id: string, session: StoredSession | undefined): Promise<void>
  idOfSid(sid: string): Promise<string | null>
  /** Ids of a subject's sessions, and of what is no session of it (any more). */
  idsOf(subject: string): Promise<readonly string[]>
  /** Some of the ids whose absolute expiry is before a time, none when there are no more. */
  idsBefore(time: number): Promise<readonly string[]>
}

/** How many ids a sweep takes at once. */
const batch = 200

/** Indexes in Redis: each a key of its own, which a Cluster may have on another server than the session. */
export function sessionIndex(port: RedisPort, prefix: string): SessionIndex {
  const keys = sessionKeys(prefix)
  const idsIn = async (key: string, ...range: string[]): Promise<readonly string[]> =>
    textsOf(await port.command(key, ['ZRANGE', key, ...range])).map(String)
  return {
    remember: async (session, now) => {
      const { id, sid, subject, absoluteExpiry } = session
      const ttl = keepFor(session, now)
      const entry = [id, absoluteExpiry, ttl, now - margin]
      const [owner] = await Promise.all([
        port.run(pointScript, { keys: [keys.sid(sid)], args: [id, ttl] }),
        port.run(indexScript, { keys: [keys.subject(subject)], args: entry }),
        port.run(indexScript, { keys: [keys.expiries], args: entry }),
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
    idOfSid: async (sid) => {
      const id = await port.command(keys.sid(sid), ['GET', keys.sid(sid)])
      return typeof id === 'string' ? id : null
    },
    idsOf: (subject) => idsIn(keys.subject(subject), '0', '-1'),
    idsBefore: (time) =>
      idsIn(keys.expiries, '-inf', `(${String(time)}`, 'BYSCORE', 'LIMIT', '0', String(batch)),
  }
}
