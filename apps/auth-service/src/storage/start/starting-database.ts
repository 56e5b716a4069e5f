import type { SqlDatabase, SqlStores } from 'jotgate/stores/sqlite'
import type { Awaited, Patience } from './patience.js'

/** A database: the library's stores in it, and queries for the service's own tables. */
export interface DatabaseRooms {
  readonly stores: SqlStores
  readonly database: SqlDatabase
}

/** The same database with two deadlines. */
export interface StartingParts {
  /** With the deadline of a command in a request. */
  readonly usual: DatabaseRooms
  /** With the deadline of a start. */
  readonly starting: DatabaseRooms
  readonly patience: Patience
  readonly what: Awaited
}

/**
 * A database whose requests are repeated while the service starts, and sent once afterwards. Every request of a start
 * may run twice: tables then exist already, and a revision of the key ring is then taken already.
 *
 * @example const { stores, database } = startingDatabase({ usual, starting, patience, what })
 */
export function startingDatabase(parts: StartingParts): DatabaseRooms {
  const { usual, starting, patience, what } = parts
  const rooms = (): DatabaseRooms => (patience.stage() === 'requests' ? usual : starting)
  const ask = <T>(question: (rooms: DatabaseRooms) => Promise<T>): Promise<T> =>
    patience.stage() === 'start' ? patience.wait(what, () => question(starting)) : question(rooms())
  return {
    database: {
      query: (text, params) => ask(({ database }) => database.query(text, params)),
      batch: (statements) => ask(({ database }) => database.batch(statements)),
    },
    stores: {
      migrate: async () => {
        await ask(({ stores }) => stores.migrate())
        // Or before their first use, if the database is slow now.
        await usual.stores.migrate().catch(() => undefined)
      },
      keys: {
        ...usual.stores.keys,
        read: () => ask(({ stores }) => stores.keys.read()),
        write: (next) => ask(({ stores }) => stores.keys.write(next)),
      },
      // The service counts by its own limits.
      attempts: usual.stores.attempts,
      sessions: {
        ...usual.stores.sessions,
        // A start ends the sessions of the demo, and a command those of a user.
        list: (...asked) => rooms().stores.sessions.list(...asked),
        end: (...asked) => rooms().stores.sessions.end(...asked),
        endAll: (request) => rooms().stores.sessions.endAll(request),
      },
      revocations: {
        ...usual.stores.revocations,
        add: (entries) => rooms().stores.revocations.add(entries),
        open: async (request) => ({
          ...(await rooms().stores.revocations.open(request)),
          add: (entries) => rooms().stores.revocations.add(entries),
        }),
      },
    },
  }
}
