import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupFault } from '../foundation/setup-fault.js'

/** The folder everything lives in that must outlive the process. */
export interface DataDirectory {
  /** Path of the database file. */
  readonly database: string
  /** The content of `keys/NAME`, made by `create` when it is not there yet. */
  keyFile(name: string, create: () => string): string
}

/**
 * Opens the data folder, made when it is not there. The keys in it are for their owner's eyes only.
 *
 * @throws SetupFault when a key could be read, or put there, by somebody else
 */
export function openDataDirectory(path: string): DataDirectory {
  const keys = join(path, 'keys')
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  requirePrivate(keys)
  return {
    database: join(path, 'jotgate.db'),
    keyFile: (name, create) =>
      readPrivate(join(keys, name)) ?? createPrivate(join(keys, name), create()),
  }
}

/** What exists already is not changed: whoever could read it has read it. */
function requirePrivate(path: string): void {
  const { mode, uid } = statSync(path)
  if (process.getuid && uid !== process.getuid()) {
    throw new SetupFault(`${path} belongs to another user`)
  }
  if ((mode & 0o077) !== 0) {
    throw new SetupFault(
      `${path} can be read by others; make new keys, or take the permission away if nobody has used it`,
    )
  }
}

function readPrivate(file: string): string | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  requirePrivate(file)
  return text
}

/** Written whole and then linked into place: of two processes that start at once, one makes the key for both. */
function createPrivate(file: string, text: string): string {
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, file)
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readPrivate(file) ?? text
  } finally {
    rmSync(draft, { force: true })
  }
}
