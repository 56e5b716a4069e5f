import { askStore, unavailable } from '../../foundation/ask-store.js'
import type { SqlRow } from './database.js'
import {
  sessionText,
  toRows,
  type PostgresClient,
  type PostgresLimits,
  type PostgresPool,
  type PostgresResult,
} from './postgres-database.js'
import type { FeedLine } from './revocation-feed.js'

/**
 * Takes a connection out of the pool and listens on it. It never goes back: it is closed when the line ends by itself
 * or after a missed deadline.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export async function openPostgresLine(
  pool: PostgresPool,
  limits: PostgresLimits,
  channel: string,
): Promise<Pick<FeedLine, 'query' | 'listen' | 'end'>> {
  const client = await lend(pool, limits.deadlineMs)
  const held = hold(client)
  const ask = async (question: () => Promise<PostgresResult>): Promise<readonly SqlRow[]> => {
    try {
      return toRows(await askStore(limits.deadlineMs, question))
    } catch (cause) {
      held.lose(cause)
      throw cause
    }
  }
  for (const text of [sessionText(limits), `LISTEN ${channel}`])
    await ask(() => client.query({ text }).then(() => nothing))
  return {
    query: async (text, params) => {
      if (held.ended) throw unavailable(new Error('the feed has ended'))
      return ask(() => client.query({ text, values: [...params] }))
    },
    listen: held.listen,
    end: held.end,
  }
}

interface Held extends Pick<FeedLine, 'listen' | 'end'> {
  readonly ended: boolean
  lose(cause: unknown): void
}

/** Holds a connection until its end, and reports the end. */
function hold(client: PostgresClient): Held {
  let listener: Parameters<FeedLine['listen']>[0] | undefined
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    // With an error the pool closes it; during a running statement this cuts the socket.
    client.release(new Error('the feed has ended'))
  }
  const lose = (cause: unknown): void => {
    if (ended) return
    end()
    listener?.lost(cause)
  }
  client.on('error', lose)
  client.on('end', () => {
    lose(new Error('the connection has ended'))
  })
  client.on('notification', () => listener?.wake())
  return {
    get ended() {
      return ended
    },
    end,
    lose,
    listen: (given) => {
      if (ended) throw unavailable(new Error('the connection has ended'))
      listener = given
    },
  }
}

const nothing: PostgresResult = { rows: [], fields: [] }

/** A connection that is lent too late goes back unchanged. */
async function lend(pool: PostgresPool, ms: number): Promise<PostgresClient> {
  const lending = pool.connect()
  try {
    return await askStore(ms, () => lending)
  } catch (error) {
    lending.then(
      (client) => {
        client.release()
      },
      () => undefined,
    )
    throw error
  }
}
