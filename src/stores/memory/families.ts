import {
  decideRotation,
  type EndAllRequest,
  type Family,
  type FamilyStore,
  type RotateRequest,
} from '../../sessions/ports.js'

/**
 * Families in this process: the reference for every other store. Atomic because each step runs without waiting for
 * anything.
 */
export function memoryFamilies(): FamilyStore {
  const rows: Rows = { byId: new Map(), idOfSid: new Map() }
  return { ...readers(rows), ...writers(rows) }
}

interface Rows {
  readonly byId: Map<string, Family>
  readonly idOfSid: Map<string, string>
}

function readers({ byId, idOfSid }: Rows): Pick<FamilyStore, 'find' | 'findBySid' | 'list'> {
  const find = (id: string): Promise<Family | undefined> => Promise.resolve(byId.get(id))
  return {
    find,
    findBySid: (sid: string) => find(idOfSid.get(sid) ?? ''),
    list: (subject: string, now: number) => {
      const own = [...byId.values()].filter((family) => family.subject === subject)
      return Promise.resolve(own.filter((family) => isLive(family, now)).sort(newestFirst))
    },
  }
}

function writers({ byId, idOfSid }: Rows): Omit<FamilyStore, 'find' | 'findBySid' | 'list'> {
  const end = (family: Family, now: number): Family => {
    const ended = { ...family, endedAt: family.endedAt ?? now }
    byId.set(family.id, ended)
    return ended
  }
  return {
    create: (family: Family) => {
      if (byId.has(family.id)) return Promise.reject(new Error('the family exists already'))
      byId.set(family.id, structuredClone(family))
      idOfSid.set(family.sid, family.id)
      return Promise.resolve()
    },
    rotate: (request: RotateRequest) => {
      const family = byId.get(request.id)
      if (family === undefined) return Promise.resolve({ kind: 'unknown' })
      const result = decideRotation(family, request)
      if (result.kind !== 'unknown') byId.set(family.id, result.family)
      return Promise.resolve(result)
    },
    end: (id: string, now: number) => {
      const family = byId.get(id)
      return Promise.resolve(family && end(family, now))
    },
    endAll: ({ subject, now, except }: EndAllRequest) => {
      const own = [...byId.values()].filter((family) => family.subject === subject)
      const toEnd = own.filter(({ id, endedAt }) => id !== except && endedAt === undefined)
      return Promise.resolve(toEnd.map((family) => end(family, now)))
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

function isLive(family: Family, now: number): boolean {
  return family.endedAt === undefined && now < family.absoluteExpiry && now < family.idleExpiry
}

function newestFirst(one: Family, other: Family): number {
  return other.createdAt - one.createdAt || (one.sid < other.sid ? -1 : 1)
}
