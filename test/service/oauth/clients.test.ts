import { join } from 'node:path'
import { inspect } from 'node:util'
import pg from 'pg'
import { postgresDatabase } from 'jotgate/stores/postgres'
import { openSqlite, sqliteDatabase, type SqlDatabase } from 'jotgate/stores/sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import type { NewClient } from '../../../apps/auth-service/src/oauth/clients.js'
import { createSqlClients } from '../../../apps/auth-service/src/oauth/sql-clients.js'
import { startPostgres } from '../../setup/postgres.js'
import { temporaryFolder } from '../running-service.js'

const cleanups: (() => unknown)[] = []
afterAll(async () => {
  for (const clean of cleanups.reverse()) await clean()
})

async function sqlite(): Promise<SqlDatabase> {
  const folder = temporaryFolder()
  const db = await openSqlite(join(folder.path, 'clients.db'))
  cleanups.push(() => {
    db.close()
    folder.remove()
  })
  return sqliteDatabase(db)
}

async function postgres(): Promise<SqlDatabase> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url })
  cleanups.push(server.stop, () => pool.end())
  return postgresDatabase(pool, { deadlineMs: 10_000 })
}

const times = { accessTtl: 900, absoluteTtl: 86_400, idleTtl: 3600, grace: 10, recoverWithin: 0 }

const billing: NewClient = {
  name: 'Billing',
  kind: 'confidential',
  grants: ['client_credentials'],
  scopes: ['invoices:read', 'invoices:write'],
  audiences: ['api', 'https://invoices.example/'],
  policy: { accessTtl: 60 },
}
const app: NewClient = { ...billing, name: 'App', kind: 'public', grants: ['refresh_token'] }

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
])('clients in %s', (_, open) => {
  const opened = open()
  const openClients = async () => createSqlClients(await opened, times)

  test('clients come back as they were registered, by id and in the list, without their secret', async () => {
    const clients = await openClients()
    const { client, secret = '' } = await clients.create(billing)
    expect(client).toMatchObject({ ...billing, receivesRoles: false, disabled: false })
    expect(client.id).toMatch(/^client-[\w-]{22}$/)
    expect(Math.abs(client.createdAt - Date.now() / 1000)).toBeLessThan(60)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(await clients.byId(client.id)).toEqual(client)
    const again = await openClients()
    expect(await again.list({ limit: 1000 })).toContainEqual(client)
    expect(inspect(await again.list({ limit: 1000 }), { depth: 9 })).not.toContain(secret)
  })

  test('clients come in pages, by their registration, each once, also when one is removed meanwhile', async () => {
    let now = 1_900_000_000
    const clients = await createSqlClients(await opened, times, { now: () => now })
    const ids: string[] = []
    for (const second of [0, 0, 0, 1, 0, 2]) {
      now += second
      ids.push((await clients.create(billing)).client.id)
    }
    const all = (await clients.list({ limit: 1000 })).filter(
      ({ createdAt }) => createdAt >= now - 3,
    )
    expect(all.map(({ id }) => id).sort()).toEqual([...ids].sort())
    const [first, second, ...rest] = all
    expect(first && second).toBeDefined()
    expect(await clients.list({ after: first, limit: 1 })).toEqual([second])
    await clients.remove(second?.id ?? '')
    expect(await clients.list({ after: second, limit: 2 })).toEqual(rest.slice(0, 2))
    expect(await clients.list({ after: rest.at(-1), limit: 2 })).toEqual([])
    for (const { id } of all) await clients.remove(id)
  })

  test('clients have a table that several processes make at once, at their first start', async () => {
    for (let round = 0; round < 10; round++) {
      await (await opened).query('DROP TABLE service_clients')
      await (await opened).query("DELETE FROM jotgate_schema WHERE part = 'service_clients'")
      await Promise.all(Array.from({ length: 6 }, openClients))
    }
    expect(await (await openClients()).list({ limit: 1000 })).toEqual([])
  })

  test('clients are known by their secret and nothing else', async () => {
    const clients = await openClients()
    const { client, secret = '' } = await clients.create(billing)
    const { id } = client
    expect(await clients.authenticate({ id, secret })).toEqual(client)
    const other = (await clients.create(billing)).secret ?? ''
    for (const wrong of [undefined, '', other, `${secret} `, secret.slice(1), secret.toUpperCase()])
      expect(await clients.authenticate({ id, secret: wrong })).toBeUndefined()
    for (const unknown of ['client-AAAAAAAAAAAAAAAAAAAAAA', '', 'x', '\0', "' OR 1=1 --", `${id} `])
      expect(await clients.authenticate({ id: unknown, secret })).toBeUndefined()
  })

  test('clients without a secret are known by their id, and show no secret', async () => {
    const clients = await openClients()
    const { client, secret } = await clients.create(app)
    expect(secret).toBeUndefined()
    expect(await clients.authenticate({ id: client.id, secret: undefined })).toEqual(client)
    for (const shown of ['', 'secret'])
      expect(await clients.authenticate({ id: client.id, secret: shown })).toBeUndefined()
    await expect(clients.rotateSecret(client.id, 0)).rejects.toThrow(/^kind: /)
  })

  test('clients get nothing while they are disabled', async () => {
    const clients = await openClients()
    const { client, secret } = await clients.create(billing)
    expect(await clients.change(client.id, { disabled: true })).toEqual({
      ...client,
      disabled: true,
    })
    expect(await clients.authenticate({ id: client.id, secret })).toBeUndefined()
    expect(await clients.byId(client.id)).toEqual({ ...client, disabled: true })
    expect(await clients.change(client.id, { disabled: false })).toEqual(client)
    expect(await clients.authenticate({ id: client.id, secret })).toEqual(client)
    expect(
      await clients.change('client-AAAAAAAAAAAAAAAAAAAAAA', { disabled: true }),
    ).toBeUndefined()
  })

  test('clients with a new secret keep the one before only until its time is over', async () => {
    const time = { now: 1_000_000 }
    const clients = await createSqlClients(await opened, times, { now: () => time.now })
    const { client, secret: before } = await clients.create(billing)
    const { id } = client
    const rotated = await clients.rotateSecret(id, 60)
    expect(rotated?.oldSecretUntil).toBe(1_000_060)
    const secret = rotated?.secret
    expect(secret).not.toBe(before)
    time.now = 1_000_059
    const both = { ...client, oldSecretUntil: 1_000_060 }
    expect(await clients.authenticate({ id, secret: before })).toEqual(both)
    expect(await clients.authenticate({ id, secret })).toEqual(both)
    time.now = 1_000_060
    expect(await clients.authenticate({ id, secret: before })).toBeUndefined()
    expect(await clients.authenticate({ id, secret })).toEqual(client)
    const third = await clients.rotateSecret(id, 60)
    expect(await clients.authenticate({ id, secret: before })).toBeUndefined()
    expect(await clients.authenticate({ id, secret })).toMatchObject({ id })
    expect(await clients.endOldSecret(id)).toEqual(client)
    expect(await clients.authenticate({ id, secret })).toBeUndefined()
    expect(await clients.authenticate({ id, secret: third?.secret })).toEqual(client)
    expect(await clients.rotateSecret('client-AAAAAAAAAAAAAAAAAAAAAA', 60)).toBeUndefined()
    for (const keepOld of [-1, 0.5, Number.NaN, 30 * 86_400 + 1])
      await expect(clients.rotateSecret(id, keepOld)).rejects.toThrow(/^keepOld: /)
  })

  test('clients that several processes rotate at once have the last two of their secrets', async () => {
    const clients = await openClients()
    const { client, secret } = await clients.create(billing)
    const { id } = client
    const made = await Promise.all([1, 2, 3, 4].map(() => clients.rotateSecret(id, 60)))
    const all = [secret, ...made.map((each) => each?.secret)]
    const good = await Promise.all(all.map((each) => clients.authenticate({ id, secret: each })))
    expect(good.filter((each) => each !== undefined)).toHaveLength(2)
    expect(good[0]).toBeUndefined()
  })

  test('clients of a table without its newest columns are what they were', async () => {
    const { client, secret } = await (await openClients()).create(billing)
    const db = await opened
    for (const column of ['old_hash', 'old_until', 'receives_roles'])
      await db.query(`ALTER TABLE service_clients DROP COLUMN ${column}`)
    await db.query("DELETE FROM jotgate_schema WHERE part = 'service_clients'")
    const clients = await openClients()
    expect(await clients.authenticate({ id: client.id, secret })).toEqual(client)
  })

  test('clients are changed field by field, by the rules, whatever the configuration was', async () => {
    const { client } = await (
      await openClients()
    ).create({ ...billing, policy: { accessTtl: 900 } })
    const clients = await createSqlClients(await opened, { ...times, accessTtl: 600 })
    const both = [
      clients.change(client.id, { name: 'Another' }),
      clients.change(client.id, { scopes: ['a', 'a'], disabled: true }),
      clients.change(client.id, { receivesRoles: true }),
    ]
    await Promise.all(both)
    const rights = { scopes: ['a'], receivesRoles: true }
    const changed = { ...client, name: 'Another', ...rights, disabled: true }
    expect(await clients.byId(client.id)).toEqual(changed)
    const wrong = { name: '', grants: [], policy: { accessTtl: 900 } }
    await expect(clients.change(client.id, wrong)).rejects.toThrow(
      /^name: .*; grants: .*; policy\.accessTtl: /,
    )
    expect(await clients.byId(client.id)).toEqual(changed)
    expect(await clients.remove(client.id)).toBe(true)
    expect([await clients.byId(client.id), await clients.remove(client.id)]).toEqual([
      undefined,
      false,
    ])
  })

  test('clients are kept with a hash of their secret: the database holds none', async () => {
    const clients = await openClients()
    const { client, secret = '' } = await clients.create(billing)
    const rows = await (
      await opened
    ).query('SELECT * FROM service_clients WHERE id = $1', [client.id])
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('clients come back with the origins of their pages, each once, until these are taken away', async () => {
    const clients = await openClients()
    const [shop, dev] = ['https://shop.example', 'http://localhost:5173']
    const { client } = await clients.create({ ...app, origins: [shop, dev, shop] })
    expect(client.origins).toEqual([shop, dev])
    expect(await clients.byId(client.id)).toEqual(client)
    expect(await clients.origins()).toEqual(expect.arrayContaining([shop, dev]))
    await clients.change(client.id, { disabled: true })
    expect(await clients.origins()).not.toContain(shop)
    const changed = await clients.change(client.id, { origins: [dev], disabled: false })
    expect(changed).toEqual({ ...client, origins: [dev] })
    expect(await clients.origins()).not.toContain(shop)
    await clients.remove(client.id)
    expect(await clients.origins()).not.toContain(dev)
    const left = 'SELECT client FROM service_client_origins WHERE client = $1'
    expect(await (await opened).query(left, [client.id])).toEqual([])
  })

  const page = { kind: 'public', grants: ['refresh_token'] } as const
  const seventeen = Array.from({ length: 17 }, (_, at) => `https://${String(at)}.shop.example`)
  const faulty: [string, Partial<Record<keyof NewClient, unknown>>, RegExp][] = [
    ['no name', { name: '' }, /^name: /],
    ['a line break in the name', { name: 'a\nb' }, /^name: /],
    ['no grant', { grants: [] }, /^grants: /],
    ['the grant of passwords', { grants: ['password'] }, /^grants/],
    ['credentials that it has not', { kind: 'public' }, /^grants: /],
    ['two scopes in one', { scopes: ['a b'] }, /^scopes/],
    ['a quote in a scope', { scopes: ['a"'] }, /^scopes/],
    ['nobody to talk to', { audiences: [] }, /^audiences: /],
    ['a blank in an audience', { audiences: ['a b'] }, /^audiences/],
    ['longer lives than the configuration', { policy: { accessTtl: 901 } }, /^policy.accessTtl/],
    ['longer sessions', { policy: { refreshTtl: 86_401 } }, /^policy.refreshTtl/],
    ['sessions shorter than a token', { policy: { refreshTtl: 10 } }, /^policy: /],
    ['a grace that fits into no token', { policy: { accessTtl: 60, grace: 30 } }, /^policy: /],
    ['roles by a word', { receivesRoles: 'yes' }, /^receivesRoles: /],
    ['a page that could not keep its secret', { origins: ['https://shop.example'] }, /^origins: /],
    ['a path in an origin', { ...page, origins: ['https://shop.example/'] }, /^origins\.0: /],
    ['more origins than a program has', { ...page, origins: seventeen }, /^origins: /],
    ['an unknown wish', { policy: { admin: true } }, /^policy: /],
  ]
  test.each(faulty)('clients with %s are not registered', async (...row) => {
    const [, change, message] = row
    const clients = await openClients()
    const before = await clients.list({ limit: 1000 })
    const wrong = { ...billing, ...change } as NewClient // as a caller in plain JavaScript could
    await expect(clients.create(wrong)).rejects.toThrow(message)
    expect(await clients.list({ limit: 1000 })).toEqual(before)
  })
})
