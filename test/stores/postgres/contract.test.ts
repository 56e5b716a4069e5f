import { Pool } from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { postgresStores } from '../../../src/stores/sql/postgres.js'
import {
  sessionStoreContract,
  keyRingStoreContract,
  revocationStoreContract,
} from '../../../src/testkit/index.js'
import { startPostgres, type PostgresServer } from '../../setup/postgres.js'

describe('PostgreSQL', () => {
  let server: PostgresServer
  let pool: Pool
  let stores = 0
  beforeAll(async () => {
    server = await startPostgres()
    pool = new Pool({ connectionString: server.url, max: 20 })
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  const make = () => {
    const schema = `contract_${String(process.pid)}_${String(stores++)}`
    return postgresStores(pool, { schema, deadlineMs: 10_000 })
  }
  for (const { name, run } of sessionStoreContract)
    test(`sessions: ${name}`, () => run(() => make().sessions))
  for (const { name, run } of revocationStoreContract)
    test(`revocations: ${name}`, () => run(() => Promise.resolve(make().revocations)))
  for (const { name, run } of keyRingStoreContract)
    test(`keys: ${name}`, () => run(() => Promise.resolve(make().keys)))
})
