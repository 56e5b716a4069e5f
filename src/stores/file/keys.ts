import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AuthError, ConfigError } from '../../foundation/errors.js'
import type { KeyRingStore, StoredRing } from '../../key-sources/ports.js'
import { codeOf } from '../../foundation/realms.js'

/** How many states are kept: a writer that is this many behind finds its number taken or passed. */
const kept = 8
const longestFile = 65_536
const filePattern = /^ring\.(\d{10})$/

/**
 * A key ring in a local folder, for any number of processes on one machine: one file per state, with mode 0600, in a
 * folder with mode 0700 that is created if missing. A state is written by hard-linking a finished file to its number,
 * which only one process can do; there are no locks, so none can be left behind.
 *
 * Not for: network file systems, or file systems without hard links.
 *
 * @throws (its methods) ConfigError when other users of this machine can read the folder or a file; AuthError
 * STORE_UNAVAILABLE when the file system fails
 * @example const ring = createKeyRing({ store: fileKeys('data/keys'), … })
 */
export function fileKeys(folder: string): KeyRingStore {
  return Object.freeze({
    read: () => attempt(() => readNewest(folder)),
    write: (next: StoredRing) => attempt(() => writeNext(folder, next)),
  })
}

async function readNewest(folder: string): Promise<StoredRing | undefined> {
  // A listed file can be removed before it is opened; newer ones exist by then.
  for (let left = 10; ; left--) {
    const newest = (await listRevisions(folder)).at(-1)
    if (newest === undefined) return undefined
    try {
      return { revision: newest, sealed: await readPrivately(join(folder, nameOf(newest))) }
    } catch (error) {
      if (!isCode(error, 'ENOENT') || left === 0) throw error
    }
  }
}

async function writeNext(folder: string, { revision, sealed }: StoredRing): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const newest = (await listRevisions(folder)).at(-1) ?? 0
  if (newest !== revision - 1) return false
  const draft = join(folder, `draft.${randomBytes(8).toString('hex')}`)
  try {
    await writeDurably(draft, sealed)
    await link(draft, join(folder, nameOf(revision)))
    await syncFolder(folder)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  return settle(folder, revision)
}

/** Decides whether the written file counts, and removes files no longer needed. */
async function settle(folder: string, revision: number): Promise<boolean> {
  const revisions = await listRevisions(folder)
  const newest = revisions.at(-1) ?? revision
  if (newest >= revision + kept) {
    // Its number was removed meanwhile: other processes are far ahead, and this file does not follow from their states.
    await rm(join(folder, nameOf(revision)), { force: true })
    return false
  }
  const old = revisions.filter((each) => each <= newest - kept)
  await Promise.all(old.map((each) => rm(join(folder, nameOf(each)), { force: true })))
  return true
}

async function listRevisions(folder: string): Promise<readonly number[]> {
  try {
    checkMode('its folder', await stat(folder))
    const names = await readdir(folder)
    return names
      .flatMap((name) => filePattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

async function readPrivately(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const found = await file.stat()
    checkMode('a file in its folder', found)
    if (found.size > longestFile)
      throw new ConfigError('fileKeys', 'contains a file that is not a key ring')
    return await file.readFile('ascii')
  } finally {
    await file.close()
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text, 'ascii')
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Windows keeps permissions elsewhere, and reports the same bits for every file. */
function checkMode(what: string, { mode }: Stats): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  throw new ConfigError(
    'fileKeys',
    `${what} can be read by other users of this machine; chmod 700 the folder and 600 its files, and rotate the keys`,
  )
}

/** Errors of the file system count as a store that does not answer, except those that only an operator can fix. */
async function attempt<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    if (isCode(cause, 'EACCES') || isCode(cause, 'EPERM'))
      throw new ConfigError('fileKeys', 'this process may not read or write its folder')
    throw new AuthError('STORE_UNAVAILABLE', { retryAfter: 1 }, { cause })
  }
}

function nameOf(revision: number): string {
  return `ring.${String(revision).padStart(10, '0')}`
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code
}
