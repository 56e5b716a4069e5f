import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openOwnFile } from '../../../apps/auth-service/src/storage/open-own-file.js'
import { openSqlite, sqliteStores } from '../../../src/stores/sql/sqlite.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const foreign: Readonly<Record<string, string>> = {
  'trigger undo': `CREATE TRIGGER undo AFTER UPDATE ON jotgate_families BEGIN
    UPDATE jotgate_families SET ended_at = NULL WHERE id = NEW.id; END`,
  'view families': 'CREATE VIEW families AS SELECT * FROM jotgate_families',
  'table words': 'CREATE VIRTUAL TABLE words USING fts5(word)',
}

test('openOwnFile opens a file of the service, which trusts no function in its schema', async () => {
  const path = await fileWith('')
  const client = await openOwnFile(path)
  expect(client.prepare('PRAGMA trusted_schema').all()).toEqual([{ trusted_schema: 0 }])
  client.close()
})

test.each(Object.entries(foreign))('openOwnFile refuses a file with a %s', async (part, text) => {
  const path = await fileWith(text)
  await expect(openOwnFile(path)).rejects.toThrow(part)
})

async function fileWith(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-own-file-'))
  folders.push(folder)
  const path = join(folder, 'auth.db')
  const client = await openSqlite(path)
  await sqliteStores(client).migrate()
  client.exec(text)
  client.close()
  return path
}
