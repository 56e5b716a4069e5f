import { randomBytes } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { SetupFault } from '../foundation/setup-fault.js'

/** The folder of everything that must outlive the process. */
export interface DataDirectory {
  /** Path of the database file. */
  readonly database: string
  /** Path of the file that gets the heads of the audit log. */
  readonly auditHeads: string
  /** The content of `keys/NAME`, created by `create` if it is missing. */
  keyFile(name: string, create: () => string): string
  /** The content of the key that was in use before `keys/NAME`, such as `ring.prev.key` for `ring.key`. */
  previousKeyFile(name: string): string | undefined
  /** Paths of the key files that there are, sorted. */
  keyFiles(): readonly string[]
}

/**
 * Opens the data folder, or creates it. Only its owner can read the keys in it.
 *
 * @throws SetupFault when another user could read or write a key
 */
export function openDataDirectory(path: string): DataDirectory {
  const keys = join(path, 'keys')
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  requirePrivate(keys)
  return {
    database: join(path, 'jotgate.db'),
    auditHeads: join(path, 'audit-heads.jsonl'),
    keyFile: (name, create) =>
      readPrivate(join(keys, name)) ?? createPrivate(join(keys, name), create()),
    previousKeyFile: (name) => readPrivate(join(keys, name.replace(/\.key$/, '.prev.key'))),
    keyFiles: () => keyFilesIn(keys),
  }
}

/**
 * A key of 32 bytes that is kept in the data folder, made at its first use, and then the one before, if it is still there: so
 * a key is replaced by renaming its file.
 *
 * @example const [current, ...previous] = storedKeys(data, 'ring.key')
 */
export function storedKeys(
  data: Pick<DataDirectory, 'keyFile' | 'previousKeyFile'>,
  name: string,
): readonly [Buffer, ...Buffer[]] {
  const current = data.keyFile(name, () => randomBytes(32).toString('base64url'))
  const previous = data.previousKeyFile(name)
  return [bytesOf(current), ...(previous === undefined ? [] : [bytesOf(previous)])]
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

/** Without the drafts of {@link createPrivate}. */
function keyFilesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.key'))
    .sort()
    .map((name) => join(folder, name))
}

/** Existing permissions are not changed: another user may already have read the file. */
function requirePrivate(path: string): void {
  const { mode, uid } = statSync(path)
  if (process.getuid && uid !== process.getuid()) {
    throw new SetupFault(`${path} belongs to another user`)
  }
  if ((mode & 0o077) !== 0) {
    throw new SetupFault(
      `${path} can be read by others; make new keys, or remove the permission if it was never used`,
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

/** Written completely and then linked into place: of two processes that start at once, one creates the key for both. */
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
