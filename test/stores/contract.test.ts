import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memoryStores } from '../../src/stores/memory/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { sessionStoreContract, revocationStoreContract } from '../../src/testkit/index.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-contract-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let files = 0
const makers = {
  memory: () => memoryStores(),
  SQLite: async () => sqliteStores(await openSqlite(join(folder, `${String(files++)}.db`))),
}

test('the contract has the size that is promised', () => {
  expect(sessionStoreContract.length).toBeGreaterThanOrEqual(40)
  expect(revocationStoreContract.length).toBeGreaterThanOrEqual(25)
  const names = [...sessionStoreContract, ...revocationStoreContract].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(Object.entries(makers))('%s', (_, make) => {
  describe('sessions', () => {
    for (const { name, run } of sessionStoreContract)
      test(name, () => run(async () => (await make()).sessions))
  })
  describe('revocations', () => {
    for (const { name, run } of revocationStoreContract)
      test(name, () => run(async () => (await make()).revocations))
  })
})
