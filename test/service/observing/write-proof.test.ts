import { expect } from 'vitest'
import { join } from 'node:path'
import { openSqlite, sqliteDatabase } from '../../../src/stores/sql/sqlite.js'
import { createWriteProof } from '../../../apps/auth-service/src/observing/write-proof.js'
import { callerOf } from '../admin/calling.js'
import { testWithServices as test } from '../own-services.js'

/** A proof over a database, whose clock a test moves on. */
async function openProof(path = ':memory:') {
  const client = await openSqlite(path)
  client.exec('CREATE TABLE marks (id INTEGER PRIMARY KEY)')
  const database = sqliteDatabase(client)
  const clock = { ms: 0 }
  const faults: unknown[] = []
  let writes = 0
  const proof = createWriteProof({
    write: async () => {
      writes++
      await database.query('INSERT INTO marks (id) VALUES ($1)', [writes])
    },
    onFault: (error) => faults.push(error),
    now: () => clock.ms,
  })
  return { client, clock, faults, proof, writes: () => writes }
}

test('a proof is asked for often and writes once a second', async () => {
  const { client, clock, proof, writes } = await openProof()
  const ask = () => Promise.all(Array.from({ length: 20 }, () => proof.holds()))
  expect(new Set(await ask())).toEqual(new Set([true]))
  expect(writes()).toBe(0)
  clock.ms += 1001
  expect(new Set(await ask())).toEqual(new Set([true]))
  expect(writes()).toBe(1)
  client.close()
})

test('a database that takes no writes is told at once, and that it takes them again', async () => {
  const { client, clock, faults, proof } = await openProof()
  client.exec('PRAGMA query_only = ON')
  clock.ms += 1001
  expect([await proof.holds(), faults.length]).toEqual([false, 1])
  client.exec('PRAGMA query_only = OFF')
  expect(await proof.holds()).toBe(false)
  clock.ms += 1001
  expect(await proof.holds()).toBe(true)
  client.close()
})

test('a fault that may pass has ten seconds to do so', async ({ folder }) => {
  const path = join(folder(), 'locked.db')
  const { client, clock, faults, proof } = await openProof(path)
  const other = await openSqlite(path)
  other.exec('BEGIN IMMEDIATE')
  for (const [ms, holds] of [
    [5000, true],
    [4000, true],
    [2000, false],
  ] as const) {
    clock.ms += ms
    expect([clock.ms, await proof.holds()]).toEqual([clock.ms, holds])
  }
  expect(faults).toHaveLength(3)
  other.exec('ROLLBACK')
  clock.ms += 1001
  expect(await proof.holds()).toBe(true)
  for (const each of [other, client]) each.close()
})

test('a service whose database takes no writes is not ready, and goes on checking tokens', async ({
  folder,
  start,
}) => {
  const dataDir = folder()
  const service = await start({ dataDir })
  const { login, profileStatus } = callerOf(() => service)
  const pair = await login('alice', 'secret')
  const ready = async () => {
    const answer = await fetch(`${service.origin}/readyz`)
    return [answer.status, ((await answer.json()) as { status: string }).status]
  }
  expect(await ready()).toEqual([200, 'ready'])
  const client = await openSqlite(join(dataDir, 'jotgate.db'))
  for (const what of ['INSERT', 'UPDATE'])
    client.exec(
      `CREATE TRIGGER no_${what} BEFORE ${what} ON service_processes BEGIN SELECT RAISE(ABORT, 'no'); END`,
    )
  await expect.poll(ready, { timeout: 30_000 }).toEqual([503, 'read-only'])
  expect(await profileStatus(pair)).toBe(200)
  expect((await fetch(`${service.origin}/healthz`)).status).toBe(200)
  for (const what of ['INSERT', 'UPDATE']) client.exec(`DROP TRIGGER no_${what}`)
  await expect.poll(ready, { timeout: 30_000 }).toEqual([200, 'ready'])
  client.close()
})
