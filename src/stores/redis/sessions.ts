import { randomBytes } from 'node:crypto'
import {
  detailsText,
  type DueRequest,
  type EndAllRequest,
  type StoredSession,
  type SessionPage,
  type SessionStore,
  type ReplaceRequest,
  type RotateRequest,
  type RotateResult,
  type SweepRequest,
  type TurnRequest,
} from '../../session/ports.js'
import { sessionIndex, sessionKeys, keepFor, type SessionIndex } from './session-index.js'
import { toSession, toFields, toOutcome } from './session-record.js'
import {
  createScript,
  endOwnScript,
  endScript,
  sessionFields,
  removeScript,
  replaceScript,
  rotateScript,
  turnScript,
} from './session-scripts.js'
import { redisClock } from './clock.js'
import { textsOf } from './reply.js'
import type { RedisPort } from './port.js'
import { livePage } from '../session-page.js'

/**
 * Sessions in Redis: one hash each, which expires some time after its absolute expiry. One script makes each change;
 * `endAll`, `list` and `sweep` handle one session after another, since a Cluster has them on several servers, and can
 * be repeated when they fail half-way.
 */
export function redisSessions(port: RedisPort, prefix: string): SessionStore {
  const parts: Place = { port, keys: sessionKeys(prefix), index: sessionIndex(port, prefix) }
  const clock = redisClock(port, parts.keys.expiries)
  return { ...readers(parts), ...writers(parts), ...sweeper(parts), ...clock }
}

interface Place {
  readonly port: RedisPort
  readonly keys: ReturnType<typeof sessionKeys>
  readonly index: SessionIndex
}

type Reading = 'find' | 'findBySid' | 'list' | 'due'

function readers({ port, keys, index }: Place): Pick<SessionStore, Reading> {
  const find = async (id: string): Promise<StoredSession | undefined> => {
    const key = keys.session(id)
    return toSession(await port.command(key, ['HMGET', key, ...sessionFields]))
  }
  const findEach = async (ids: readonly string[]): Promise<readonly StoredSession[]> =>
    (await Promise.all(ids.map(find))).filter((session) => session !== undefined)
  const sessionsOf = async (subject: string): Promise<readonly StoredSession[]> =>
    (await findEach(await index.idsOf(subject))).filter((session) => session.subject === subject)
  return {
    find,
    findBySid: async (sid: string) => {
      const id = await index.idOfSid(sid)
      const session = id === null ? undefined : await find(id)
      return session?.sid === sid ? session : undefined
    },
    list: async (subject: string, now: number, page?: SessionPage) =>
      livePage(await sessionsOf(subject), { now, page }),
    due: async (request: DueRequest) => {
      const { subject, limit } = request
      if (subject !== undefined) return (await sessionsOf(subject)).filter(isDue).slice(0, limit)
      const ids = await index.idsDue(limit)
      const found = await Promise.allSettled(ids.map(find))
      // A session is marked before its id is added, so an id without a marked session is settled or removed.
      const isOver = ids.filter((_, at) => {
        const result = found[at]
        return result?.status === 'fulfilled' && result.value?.revocationDue !== true
      })
      await index.removeDue(isOver)
      return found
        .flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
        .filter((session) => session !== undefined)
        .filter(isDue)
    },
  }
}

function isDue({ revocationDue }: StoredSession): boolean {
  return revocationDue === true
}

function writers(
  parts: Place,
): Pick<SessionStore, 'create' | 'rotate' | 'replace' | 'end' | 'endAll' | 'settle'> {
  const { port, keys, index } = parts
  return {
    create: async (session: StoredSession) => {
      await index.remember(session, session.createdAt)
      const args = [attemptName(), keepFor(session, session.createdAt), ...toFields(session)]
      const kept = await port.run(createScript, { keys: [keys.session(session.id)], args })
      if (kept !== 1) throw new Error('the session exists already')
    },
    rotate: (request: RotateRequest) => rotate(parts, request),
    replace: (request: ReplaceRequest) => replace(parts, request),
    end: async (id: string, now: number) => {
      const ended = toSession(
        await port.run(endScript, { keys: keysToEnd(parts, id), args: [now] }),
      )
      await noteDue(parts, ended)
      return ended
    },
    endAll: async ({ subject, now, except }: EndAllRequest) => {
      const ids = (await index.idsOf(subject)).filter((id) => id !== except)
      const args = [attemptName(), now, subject]
      const ended = await eachOf(ids, async (id) => {
        const one = toSession(await port.run(endOwnScript, { keys: keysToEnd(parts, id), args }))
        await noteDue(parts, one)
        return one
      })
      return ended.filter((session) => session !== undefined)
    },
    settle: (ids: readonly string[]) => settle(parts, ids),
  }
}

/** Seconds after its end at which a sweep looks at a session: the sweeps of `createSessions` remove it then. */
const keptEnded = 86_400

async function settle({ port, keys, index }: Place, ids: readonly string[]): Promise<void> {
  await eachOf(ids, async (id) => {
    const key = keys.session(id)
    const values = await port.command(key, ['HMGET', key, 'subject', 'endedAt'])
    const [subject, endedAt] = textsOf(values)
    if (typeof subject === 'string' && typeof endedAt === 'string') {
      // Only live and marked sessions are looked for by subject: ended ones would make each login slower.
      await index.forgetOf(subject, id)
      await index.lookEarlier(id, Number(endedAt) + keptEnded)
    }
    return port.command(key, ['HDEL', key, 'revocationDue'])
  })
  await index.removeDue(ids)
}

async function replace({ port, keys }: Place, { was, becomes }: ReplaceRequest): Promise<boolean> {
  const { details, generation, parent, rotatedAt, idleExpiry } = becomes
  const after = { details: detailsText(details), generation, parent, rotatedAt, idleExpiry }
  const args = [was.generation, detailsText(was.details), ...Object.entries(after).flat()]
  return (await port.run(replaceScript, { keys: [keys.session(was.id)], args })) === 1
}

/** The session's key, and the index of marked sessions if one server has both. */
function keysToEnd({ port, keys }: Place, id: string): [string, ...string[]] {
  return port.sharded ? [keys.session(id)] : [keys.session(id), keys.due]
}

/** Adds a marked session to the index where {@link keysToEnd} could not. */
async function noteDue({ port, index }: Place, session: StoredSession | undefined): Promise<void> {
  if (port.sharded && session?.revocationDue === true) await index.addDue(session)
}

async function rotate(parts: Place, request: RotateRequest): Promise<RotateResult> {
  const { port, index } = parts
  const { id, presented, client, now, grace, recoverWithin, idleTtl } = request
  const args = [presented, client, now, grace, recoverWithin, idleTtl]
  const reply = await port.run(rotateScript, { keys: keysToEnd(parts, id), args })
  if (reply === null) return { kind: 'unknown' }
  if (!Array.isArray(reply)) throw new TypeError('the script returned no outcome')
  const [outcome, values] = reply as readonly (typeof reply)[] // Array.isArray forgets the members' type
  const session = toSession(values ?? null)
  if (session === undefined) throw new TypeError('the script returned no session')
  const kind = toOutcome(outcome)
  // One server of a Cluster can lose data that others keep. Renewing the indexes can wait for the next rotation; the
  // rotation itself cannot be undone.
  if (port.sharded && (kind === 'rotated' || kind === 'recovered'))
    await index.remember(session, now).catch(() => undefined)
  if (kind === 'reused' || kind === 'rolledBack')
    await noteDue(parts, session).catch(() => undefined)
  return { kind, session }
}

function sweeper({ port, keys, index }: Place): Pick<SessionStore, 'sweep' | 'takeTurn'> {
  const remove = async (id: string, times: readonly number[]): Promise<boolean> => {
    const reply = await port.run(removeScript, { keys: [keys.session(id)], args: times })
    if (typeof reply === 'string') {
      await index.lookAgain(id, Number(reply))
      return false
    }
    const session = toSession(reply)
    await index.forget(id, session)
    return session !== undefined
  }
  return {
    sweep: async ({ before, endedBefore, limit }: SweepRequest) => {
      const ids = await index.idsBefore(before, limit)
      const removed = await eachOf(ids, (id) => remove(id, [before, endedBefore]))
      return removed.filter(Boolean).length
    },
    takeTurn: async ({ seconds }: TurnRequest) =>
      (await port.run(turnScript, { keys: [keys.turn], args: [seconds * 1000] })) === 1,
  }
}

/** Does something for every id, and rejects afterwards if it failed for one: that one must not keep the others. */
async function eachOf<T>(ids: readonly string[], run: (id: string) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(ids.map(run))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Lets a script that runs twice recognise its first run. */
function attemptName(): string {
  return randomBytes(9).toString('base64url')
}
