import { AuthError } from '../../foundation/errors.js'
import { askStore, isLate, unavailable } from '../../foundation/ask-store.js'
import { storeDeadline } from '../store-deadline.js'
import type { DriverConnection, RedisConnection, RedisDriver } from './port.js'
import { isAnswer, streamEntries, toReply } from './reply.js'
import { isError } from '../../foundation/realms.js'

/** Milliseconds. Opening takes several round trips, and more behind Sentinel. */
const openingMs = 2000

/**
 * Opens a dedicated connection to the primary that has the key: the one that does not redirect it. A failure to open
 * one primary does not rule out the others: after a failover the client may still list the old one.
 */
export async function openConnection(
  driver: RedisDriver,
  key: string,
  deadlineMs = storeDeadline.default,
): Promise<RedisConnection> {
  const primaries = await askStore(openingMs, () => driver.primaries())
  let fault = unavailable(new Error('no primary has the key'))
  for (const open of primaries) {
    try {
      const connection = limit(await openOne(open), deadlineMs)
      if (await holds(connection, key)) return connection
      connection.close()
    } catch (error) {
      fault = error instanceof AuthError ? error : unavailable(error)
    }
  }
  // The client's list may be older than a failover, and only a command of its own refreshes it: for the next attempt.
  await askStore(deadlineMs, () => driver.send(key, ['EXISTS', key])).catch(() => undefined)
  throw fault
}

async function openOne(open: () => Promise<DriverConnection>): Promise<DriverConnection> {
  const opening = open()
  return askStore(openingMs, () => opening).catch((error: unknown) => {
    // A connection that opens too late is not used.
    void opening
      .then((late) => {
        late.destroy()
      })
      .catch(() => undefined)
    throw error
  })
}

async function holds(connection: RedisConnection, key: string): Promise<boolean> {
  try {
    await connection.command(['EXISTS', key])
    return true
  } catch (error) {
    if (isError(error) && isAnswer(error.cause, 'MOVED')) return false
    connection.close()
    throw error
  }
}

function limit(opened: DriverConnection, defaultMs: number): RedisConnection {
  const closed = new Promise<void>((resolve) => {
    opened.onClose(resolve)
  })
  const gone = closed.then(() => {
    throw new Error('the connection is closed')
  })
  gone.catch(() => undefined) // It may close while no command waits.
  const command: RedisConnection['command'] = async (
    args,
    { deadlineMs = defaultMs, bytes = false } = {},
  ) => {
    try {
      const answer = () => Promise.race([opened.send(args, bytes), gone])
      return toReply(await askStore(deadlineMs, answer))
    } catch (error) {
      // The next command would wait behind the missing answer.
      if (isLate(error)) opened.destroy()
      throw error
    }
  }
  return Object.freeze({
    closed,
    close: () => {
      opened.destroy()
    },
    command,
    readStream: async (key, after, blockMs) => {
      const read = ['XREAD', 'BLOCK', String(blockMs), 'STREAMS', key, after]
      return streamEntries(await command(read, { deadlineMs: blockMs + defaultMs }))
    },
  } satisfies RedisConnection)
}
