/**
 * A process of one release over the stores at a place: logs in, refreshes, ends and revokes as it is told. `next` is the
 * release after this one: it brings each part one version forward, and writes what the version adds. Exits with 1, and the
 * fault on standard error, when it cannot start.
 */
import { AuthError } from '../../../src/foundation/errors.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase, postgresStores } from '../../../src/stores/sql/postgres.js'
import { sqliteDatabase, sqliteStores } from '../../../src/stores/sql/sqlite.js'
import { issuer, later, openFeed } from '../../../src/testkit/revocation-samples.js'
import { migrateToNext } from '../next-release.js'
import { deadlineMs, openFile, openPool, readPlace } from './open-stores.js'
import { sessionsOver } from './sessions.js'

/** What a process is told. */
export type Order =
  | { readonly what: 'log in' }
  | { readonly what: 'refresh' | 'end'; readonly token: string }
  | { readonly what: 'revoke' | 'ask'; readonly sid: string }

/** What it answers: a refresh token, `true` or `false`, or the code of a refusal. */
export type Answer = string

const [place = '', secret = '', release = ''] = process.argv.slice(2)

async function open(): Promise<
  ReturnType<typeof sqliteStores> & { readonly database: SqlDatabase }
> {
  const { kind, name: schema } = readPlace(place)
  if (kind === 'sqlite') {
    const client = await openFile(place)
    return { ...sqliteStores(client), database: sqliteDatabase(client) }
  }
  const pool = openPool(place, 4)
  const options = { schema, deadlineMs }
  return { ...postgresStores(pool, options), database: postgresDatabase(pool, options) }
}

const { database, ...stores } = await open()
await stores.migrate()
if (release === 'next') await migrateToNext(database)
const { feed, delivered } = await openFeed(stores.revocations)
// Without a grace every refresh rotates.
const sessions = sessionsOver(stores.sessions, secret, { grace: 0 })

async function carryOut(order: Order): Promise<Answer> {
  switch (order.what) {
    case 'log in': {
      const { refreshToken } = await sessions.issue({ subject: 'user-1', client: 'web' })
      if (release === 'next')
        await database.query("UPDATE jotgate_families SET device = 'phone' WHERE device IS NULL")
      return refreshToken
    }
    case 'refresh':
      return (await sessions.refresh(order.token, { client: 'web' })).refreshToken
    case 'end':
      await sessions.end({ refreshToken: order.token, client: 'web' })
      return 'true'
    case 'revoke':
      await stores.revocations.add([{ kind: 'sid', issuer, value: order.sid, expiresAt: later }])
      return 'true'
    case 'ask':
      await feed.heartbeat()
      return String(delivered.some((entry) => entry.kind === 'sid' && entry.value === order.sid))
  }
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.(error instanceof AuthError ? error.code : String(error)),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
