import { createIssuer, createServiceKeys, type Issuer } from '../../../src/sessions/index.js'
import { openSqlite, sqliteStores } from '../../../src/stores/sql/sqlite.js'

/** An issuer over an SQLite file, as each of several processes of one service has it. */
export async function openIssuer(path: string, secretHex: string): Promise<Issuer> {
  const stores = sqliteStores(await openSqlite(path, { busyTimeoutMs: 10_000 }))
  await stores.migrate()
  return createIssuer({
    families: stores.families,
    serviceKey: createServiceKeys({ current: Buffer.from(secretHex, 'hex') }),
    // What is under test is the store; signatures have their own tests.
    sign: () => Promise.resolve('signed'),
    loadSubject: () => Promise.resolve({ claims: {} }),
  })
}
