import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { migrate } from '../../src/stores/sql/migrate.js'
import { revocationsSchema } from '../../src/stores/sql/revocations.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { follow, readWhole, session, firstEntry } from './feed-listener.js'
import { revocationCases } from './revocation-cases.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-feeds-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0
const newFile = () => join(folder, `${String(files++)}.db`)

describe('SQLite', () => {
  revocationCases(async () => sqliteStores(await openSqlite(newFile())).revocations)
})

test('a database of version 1 comes forward with its entries, and its places go on', async () => {
  const client = await openSqlite(newFile())
  const database = sqliteDatabase(client)
  await migrate(database, {
    ...revocationsSchema,
    versions: revocationsSchema.versions.slice(0, 1),
  })
  for (const [place, value] of [
    [7, 'a'],
    [9, 'b'],
  ] as const)
    await database.query(`INSERT INTO jotgate_revocations VALUES ($1, $2, 'sid', $3, 0, $4)`, [
      place,
      firstEntry.issuer,
      value,
      firstEntry.expiresAt,
    ])
  const { revocations } = sqliteStores(client)
  const { feed, entries } = await follow(revocations)
  expect((await readWhole(feed)).entries).toEqual([session('a'), session('b'), firstEntry])
  await revocations.add([session('c')])
  await feed.heartbeat()
  expect(entries).toEqual([session('c')])
  const places = await database.query('SELECT place FROM jotgate_revocations ORDER BY place')
  expect(places.map(({ place }) => place)).toEqual([7, 9, 10, 11])
  feed.close()
  client.close()
})

test('a feed ends when an older copy was put back by SQLite, and the next one misses what it lost', async () => {
  const [path, copy] = [newFile(), newFile()]
  const client = await openSqlite(path)
  const { revocations } = sqliteStores(client)
  const { feed, causes } = await follow(revocations)
  client.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  copyFileSync(path, copy)
  await revocations.add([session('lost')])
  await feed.heartbeat()
  const other = await openSqlite(path)
  other.exec(`ATTACH '${copy}' AS copy; BEGIN IMMEDIATE`)
  for (const table of ['revocations', 'revocation_places', 'revocation_epochs'])
    other.exec(
      `DELETE FROM main.jotgate_${table}; INSERT INTO main.jotgate_${table} SELECT * FROM copy.jotgate_${table}`,
    )
  other.exec('COMMIT')
  await vi.waitFor(() => {
    expect(causes).toHaveLength(1)
  }, 30_000)
  await expect(feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const again = await follow(revocations)
  expect([again.feed.isNewEpoch, again.feed.epoch]).toEqual([false, feed.epoch])
  expect((await readWhole(again.feed)).entries).toEqual([firstEntry])
  again.feed.close()
  other.close()
  client.close()
})

test('a feed ends when the file was replaced, and none opens on the one that is gone', async () => {
  const [path, copy] = [newFile(), newFile()]
  const client = await openSqlite(path)
  const { revocations } = sqliteStores(client)
  const { causes } = await follow(revocations)
  client.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  copyFileSync(path, copy)
  renameSync(copy, path)
  await vi.waitFor(() => {
    expect(causes).toHaveLength(1)
  }, 30_000)
  await expect(follow(revocations)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  client.close()
})

test('a feed ends when its epoch is gone, and the next one begins another', async () => {
  const client = await openSqlite(newFile())
  const { revocations } = sqliteStores(client)
  const one = await follow(revocations)
  client.exec('DELETE FROM jotgate_revocation_epochs')
  await expect(one.feed.heartbeat()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const two = await follow(revocations)
  expect(two.feed.isNewEpoch).toBe(true)
  expect(two.feed.epoch).not.toBe(one.feed.epoch)
  expect([one.causes.length, two.causes.length]).toEqual([1, 0])
  two.feed.close()
  client.close()
})
