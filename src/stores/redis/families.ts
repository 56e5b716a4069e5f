import { randomBytes } from 'node:crypto'
import type {
  EndAllRequest,
  Family,
  FamilyStore,
  RotateRequest,
  RotateResult,
} from '../../sessions/ports.js'
import { familyIndex, familyKeys, keepFor, type FamilyIndex } from './family-index.js'
import { toFamily, toFields, toOutcome } from './family-record.js'
import {
  createScript,
  endOwnScript,
  endScript,
  familyFields,
  removeScript,
  rotateScript,
} from './family-scripts.js'
import type { RedisPort } from './port.js'

/**
 * Families in Redis: a hash each, which goes by itself some time after its absolute expiry. Whatever changes one is one
 * script; `endAll`, `list` and `sweep` take a family after the other, since a Cluster has them on several servers, and
 * can be asked again when they fail half-way.
 */
export function redisFamilies(port: RedisPort, prefix: string): FamilyStore {
  const place: Place = { port, keys: familyKeys(prefix), index: familyIndex(port, prefix) }
  return { ...readers(place), ...writers(place), ...sweeper(place) }
}

interface Place {
  readonly port: RedisPort
  readonly keys: ReturnType<typeof familyKeys>
  readonly index: FamilyIndex
}

function readers({ port, keys, index }: Place): Pick<FamilyStore, 'find' | 'findBySid' | 'list'> {
  const find = async (id: string): Promise<Family | undefined> => {
    const key = keys.family(id)
    return toFamily(await port.command(key, ['HMGET', key, ...familyFields]))
  }
  return {
    find,
    findBySid: async (sid: string) => {
      const id = await index.idOfSid(sid)
      const family = id === null ? undefined : await find(id)
      return family?.sid === sid ? family : undefined
    },
    list: async (subject: string, now: number) => {
      const found = await Promise.all((await index.idsOf(subject)).map(find))
      return found
        .filter((family) => family !== undefined)
        .filter((family) => family.subject === subject && isLive(family, now))
        .sort(newestFirst)
    },
  }
}

function writers(place: Place): Pick<FamilyStore, 'create' | 'rotate' | 'end' | 'endAll'> {
  const { port, keys, index } = place
  return {
    create: async (family: Family) => {
      await index.remember(family, family.createdAt)
      const args = [attemptName(), keepFor(family, family.createdAt), ...toFields(family)]
      const kept = await port.run(createScript, { keys: [keys.family(family.id)], args })
      if (kept !== 1) throw new Error('the family exists already')
    },
    rotate: (request: RotateRequest) => rotate(place, request),
    end: async (id: string, now: number) =>
      toFamily(await port.run(endScript, { keys: [keys.family(id)], args: [now] })),
    endAll: async ({ subject, now, except }: EndAllRequest) => {
      const ids = (await index.idsOf(subject)).filter((id) => id !== except)
      const args = [attemptName(), now, subject]
      const ended = await Promise.all(
        ids.map((id) => port.run(endOwnScript, { keys: [keys.family(id)], args })),
      )
      return ended.map(toFamily).filter((family) => family !== undefined)
    },
  }
}

async function rotate({ port, keys, index }: Place, request: RotateRequest): Promise<RotateResult> {
  const { id, presented, client, now, grace, recoverWithin, idleTtl } = request
  const args = [presented, client, now, grace, recoverWithin, idleTtl]
  const reply = await port.run(rotateScript, { keys: [keys.family(id)], args })
  if (reply === null) return { kind: 'unknown' }
  if (!Array.isArray(reply)) throw new TypeError('the script gave no outcome')
  const [outcome, values] = reply as readonly (typeof reply)[] // Array.isArray forgets the members' type
  const family = toFamily(values ?? null)
  if (family === undefined) throw new TypeError('the script gave no family')
  const kind = toOutcome(outcome)
  // One server of a Cluster can lose what others keep. That the family is found again can wait for the next rotation;
  // the one that has been made can not be taken back.
  if (port.sharded && (kind === 'rotated' || kind === 'recovered'))
    await index.remember(family, now).catch(() => undefined)
  return { kind, family }
}

function sweeper({ port, keys, index }: Place): Pick<FamilyStore, 'sweep'> {
  const remove = async (id: string, before: number): Promise<boolean> => {
    const removed = await port.run(removeScript, { keys: [keys.family(id)], args: [before] })
    const family = toFamily(removed)
    await index.forget(id, family)
    return family !== undefined
  }
  return {
    sweep: async (before: number) => {
      let count = 0
      for (;;) {
        const ids = await index.idsBefore(before)
        if (ids.length === 0) return count
        const removed = await Promise.all(ids.map((id) => remove(id, before)))
        count += removed.filter(Boolean).length
      }
    },
  }
}

/** A script that runs twice knows itself by it. */
function attemptName(): string {
  return randomBytes(9).toString('base64url')
}

function isLive(family: Family, now: number): boolean {
  return family.endedAt === undefined && now < family.absoluteExpiry && now < family.idleExpiry
}

function newestFirst(one: Family, other: Family): number {
  return other.createdAt - one.createdAt || (one.sid < other.sid ? -1 : 1)
}
