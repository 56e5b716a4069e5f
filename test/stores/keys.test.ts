import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeyRingStore } from '../../src/key-sources/ports.js'
import { fileKeys } from '../../src/stores/file/keys.js'
import { memoryKeys } from '../../src/stores/memory/keys.js'
import { keysSchema, sqlKeys } from '../../src/stores/sql/keys.js'
import { migrate, openSqlite, sqliteDatabase } from '../../src/stores/sql/sqlite.js'
import { asNobody } from '../setup/as-nobody.js'
import { keyRingStoreContract } from '../../src/testkit/index.js'

let root = ''
let folders = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'jotgate-keys-'))
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const newFolder = () => join(root, `keys-${String(++folders)}`)

const openDatabase = async () => {
  const client = await openSqlite(join(root, `db-${String(++folders)}.sqlite`))
  const database = sqliteDatabase(client)
  await migrate(database, keysSchema)
  return database
}

const stores: Record<string, () => Promise<KeyRingStore>> = {
  memory: () => Promise.resolve(memoryKeys()),
  file: () => Promise.resolve(fileKeys(newFolder())),
  SQLite: async () => sqlKeys(await openDatabase()),
}

describe.each(Object.entries(stores))('the %s store of key rings', (_, makeStore) => {
  test.each(keyRingStoreContract)('$name', async ({ run }) => {
    await run(makeStore)
  })
})

describe('the SQL store', () => {
  test('the SQL store keeps rings of different names apart', async () => {
    const database = await openDatabase()
    const [one, two] = [sqlKeys(database, 'one'), sqlKeys(database, 'two')]
    await one.write({ revision: 1, sealed: 'a' })
    expect(await two.read()).toBeUndefined()
    expect(await two.write({ revision: 1, sealed: 'b' })).toBe(true)
    expect(await one.read()).toEqual({ revision: 1, sealed: 'a' })
  })
})

describe('the file store', () => {
  const filled = async () => {
    const folder = newFolder()
    const store = fileKeys(folder)
    await store.write({ revision: 1, sealed: 'text' })
    return { folder, store, file: join(folder, 'ring.0000000001') }
  }

  test('the file store makes a folder of mode 0700 and files of mode 0600', async () => {
    const { folder, file } = await filled()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('the file store leaves no drafts, and few old states', async () => {
    const { folder, store } = await filled()
    for (let revision = 2; revision <= 30; revision++)
      await store.write({ revision, sealed: 'text' })
    const names = await readdir(folder)
    expect(names).toHaveLength(8)
    expect(names.every((name) => name.startsWith('ring.'))).toBe(true)
  })

  test.each([
    ['a file that others may read', 'file', 0o644],
    ['a file that the group may read', 'file', 0o640],
    ['a folder that others may list', 'folder', 0o755],
  ] as const)('the file store refuses %s, and says what to do', async (_, what, mode) => {
    const { folder, file, store } = await filled()
    await chmod(what === 'file' ? file : folder, mode)
    await expect(store.read()).rejects.toMatchObject({ name: 'ConfigError', option: 'fileKeys' })
    await expect(store.read()).rejects.toThrow(/chmod 700/)
    await expect(store.read()).rejects.not.toThrow(root)
  })

  test('the file store refuses a folder that this process may not read, and says so', async () => {
    const { folder, store } = await filled()
    await chmod(folder, 0o000)
    await chmod(root, 0o755)
    const reading = asNobody(() => store.read())
    await expect(reading).rejects.toMatchObject({ name: 'ConfigError', option: 'fileKeys' })
    await expect(reading).rejects.toThrow(/may not read or write its folder/)
    await chmod(folder, 0o700)
  })

  test('the file store refuses a file that is not a key ring', async () => {
    const { file, store } = await filled()
    await writeFile(file, 'x'.repeat(70_000), { mode: 0o600 })
    await expect(store.read()).rejects.toThrow(/not a key ring/)
  })

  test('a file store whose folder is a file does not answer', async () => {
    const { file } = await filled()
    await expect(fileKeys(join(file, 'below')).read()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
  })

  test('the file store ignores files that are not its own', async () => {
    const { folder, store } = await filled()
    await writeFile(join(folder, 'draft.1'), 'half a st', { mode: 0o600 })
    await writeFile(join(folder, 'ring.99'), 'another', { mode: 0o600 })
    expect(await store.read()).toEqual({ revision: 1, sealed: 'text' })
  })
})
