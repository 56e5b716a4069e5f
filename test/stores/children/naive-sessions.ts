import {
  decideRotation,
  type StoredSession,
  type SessionStore,
} from '../../../src/session/ports.js'
import { sessionKeys } from '../../../src/stores/redis/session-index.js'
import { pickDriver } from '../../../src/stores/redis/pick-driver.js'
import { redisPort } from '../../../src/stores/redis/redis-port.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { deadlineMs, openFile, openPool, openRedis, readPlace } from './open-stores.js'

/**
 * The sessions at a place with a rotation as it is easily written: read, decide by the right table, write. Each of the
 * three is atomic, and together they are not. A race that this one wins proves nothing about the others.
 */
export async function naiveSessions(place: string, sessions: SessionStore): Promise<SessionStore> {
  const write = await openWriter(place)
  return {
    ...sessions,
    rotate: async (request) => {
      const session = await sessions.find(request.id)
      if (session === undefined) return { kind: 'unknown' }
      const result = decideRotation(session, request)
      if (result.kind === 'rotated') await write(result.session)
      return result
    },
  }
}

type Write = (session: StoredSession) => Promise<unknown>

async function openWriter(place: string): Promise<Write> {
  const { kind, name } = readPlace(place)
  if (kind === 'sqlite') return inSql(sqliteDatabase(await openFile(place)))
  if (kind === 'postgres')
    return inSql(postgresDatabase(openPool(place, 5), { schema: name, deadlineMs }))
  const port = redisPort(pickDriver(await openRedis(place)), deadlineMs)
  return ({ id, generation, parent, rotatedAt, idleExpiry }) => {
    const key = sessionKeys(name).session(id)
    const values = Object.entries({ generation, parent, rotatedAt, idleExpiry }).flat()
    return port.command(key, ['HSET', key, ...values.map(String)])
  }
}

function inSql(database: SqlDatabase): Write {
  const text =
    'UPDATE jotgate_families SET generation = $2, parent = $3, rotated_at = $4, idle_expiry = $5 WHERE id = $1'
  return ({ id, generation, parent, rotatedAt, idleExpiry }) =>
    database.query(text, [id, generation, parent, rotatedAt, idleExpiry])
}
