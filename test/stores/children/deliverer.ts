/** Sends the webhooks of an outbox, until it is killed. */
import { Pool } from 'pg'
import { pino } from 'pino'
import { createOutbox } from '../../../apps/auth-service/src/outbox/outbox.js'
import { webhookHandler, webhookTopic } from '../../../apps/auth-service/src/webhooks/webhooks.js'
import type { Lookup } from '../../../src/key-sources/remote/guarded-fetch.js'
import type { SqlDatabase } from '../../../src/stores/sql/database.js'
import { postgresDatabase } from '../../../src/stores/sql/postgres.js'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { fastClock, limits } from '../../service/outbox/fast-clock.js'
import { webhookOf } from '../../service/webhooks/receiver.js'

const [place = '', ...urls] = process.argv.slice(2)
const kind = place.startsWith('postgres:') ? 'postgres' : 'sqlite'

async function open(): Promise<SqlDatabase> {
  if (kind === 'sqlite') return sqliteDatabase(await openSqlite(place, { busyTimeoutMs: 10_000 }))
  const [connectionString = '', schema = ''] = place.split('#')
  const pool = new Pool({ connectionString, max: 10 })
  return postgresDatabase(pool, { schema, deadlineMs: 60_000 })
}

/** Every name leads to this machine, which is no public address. */
const lookup: Lookup = (_, __, done) => {
  done(null, [{ address: '127.0.0.1', family: 4 }])
}
const webhooks = urls.map((url) =>
  webhookOf(url, { reach: url.startsWith('https:') ? 'public' : 'loopback' }),
)
const log = pino({ level: 'silent' })
const outbox = await createOutbox({ database: await open(), kind, log, limits, now: fastClock })
outbox.deliver(webhookTopic, webhookHandler(webhooks, { lookup }))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
