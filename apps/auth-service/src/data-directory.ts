import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** The folder everything lives in that must outlive the process. */
export interface DataDirectory {
  /** Path of the database file. */
  readonly database: string
  /** The content of `keys/NAME`, made by `create` when it is not there yet. */
  keyFile(name: string, create: () => string): string
}

/**
 * Opens the data folder, readable by its owner only.
 *
 * @throws Error when a key file could be read by others
 */
export function openDataDirectory(path: string): DataDirectory {
  const keys = join(path, 'keys')
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
  chmodSync(keys, 0o700)
  return {
    database: join(path, 'jotgate.db'),
    keyFile: (name, create) =>
      readPrivate(join(keys, name)) ?? createPrivate(join(keys, name), create()),
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
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Error(
      `${file} can be read by others; make a new key, or chmod 600 it if nobody has read it`,
    )
  }
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
