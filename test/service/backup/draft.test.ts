import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createDraft } from '../../../apps/auth-service/src/storage/backup/draft.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-draft-'))
  folders.push(folder)
  return folder
}

test('a draft that is filled from a file that others can read belongs to its owner alone', async () => {
  const folder = newFolder()
  const source = join(folder, 'source.db')
  writeFileSync(source, 'everything', { mode: 0o644 })
  const draft = createDraft(join(folder, 'auth.db'))
  await draft.fill(source)
  expect(statSync(draft.path).mode & 0o777).toBe(0o600)
  draft.publish()
  draft.remove()
  expect(readFileSync(join(folder, 'auth.db'), 'utf8')).toBe('everything')
  expect(readdirSync(folder).sort()).toEqual(['auth.db', 'source.db'])
})

test('a draft removes those of its place that a killed command has left over a day ago, and no other file', () => {
  const folder = newFolder()
  const daysOld: Readonly<Record<string, number>> = {
    'auth.db.0123456789ab.part': 2,
    'auth.db.0123456789ab.part-wal': 2,
    // Written within a day: it may be in use.
    'auth.db.0123456789ac.part': 2,
    'auth.db.0123456789ac.part-wal': 0.9,
    'auth.db.0123456789ad.part': 0.9,
    'auth.db.part': 2,
    'auth.db.0123456789ab.part.db': 2,
    'other.db.0123456789ab.part': 2,
    'my-auth.db.0123456789ab.part': 2,
  }
  for (const [name, days] of Object.entries(daysOld)) {
    writeFileSync(join(folder, name), '')
    const at = Date.now() / 1000 - days * 86_400
    utimesSync(join(folder, name), at, at)
  }
  createDraft(join(folder, 'auth.db')).remove()
  const gone = Object.keys(daysOld).slice(0, 2)
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(daysOld)
      .filter((name) => !gone.includes(name))
      .sort(),
  )
})
