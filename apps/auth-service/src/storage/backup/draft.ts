import { randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SetupFault } from '../../foundation/setup-fault.js'

/** A file that is made beside its place, and put there when it is whole. */
export interface Draft {
  /** Where it is made: an empty file that only its owner can read. */
  readonly path: string
  /** Copies a file into it; the mode of the file is not taken over. */
  fill(from: string): Promise<void>
  /**
   * Puts it in its place, on the disk and in one step. An existing file there is never replaced.
   *
   * @throws SetupFault when there is a file of that name
   */
  publish(): void
  /** Removes the draft; do it at the end, whatever has happened. */
  remove(): void
}

/**
 * Begins the draft of a file, and removes those of the same file that a killed command has left over a day ago.
 *
 * @throws SetupFault when there is a file of that name, or its folder is not there or cannot be written
 * @example const draft = createDraft('/backups/auth.db')
 */
export function createDraft(place: string): Draft {
  if (existsSync(place)) throw there(place)
  const path = `${place}.${randomBytes(6).toString('hex')}.part`
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new SetupFault(`${dirname(place)}: no file can be written in this folder`, { cause })
  }
  removeOld(place)
  return {
    path,
    fill: (from) => pipeline(createReadStream(from), createWriteStream(path)),
    publish: () => {
      sync(path)
      publish(path, place)
      sync(dirname(place))
    },
    remove: () => {
      for (const end of ['', ...sqliteEnds]) rmSync(path + end, { force: true })
    },
  }
}

/** What SQLite puts beside a file while it is open. */
export const sqliteEnds = ['-wal', '-shm', '-journal'] as const

/** Milliseconds: a draft that is in use was written later. */
const oldAfter = 86_400_000

function removeOld(place: string): void {
  const [folder, name] = [dirname(place), basename(place)]
  const isOfDraft = /^\.[0-9a-f]{12}\.part(?:-wal|-shm|-journal)?$/
  const found = readdirSync(folder)
    .filter((each) => each.startsWith(name) && isOfDraft.test(each.slice(name.length)))
    .map((each) => join(folder, each))
  const draftOf = (path: string) => path.slice(0, path.lastIndexOf('.part'))
  const recent = new Set(found.filter(isRecent).map(draftOf))
  for (const path of found) if (!recent.has(draftOf(path))) rmSync(path, { force: true })
}

function isRecent(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined || Date.now() - found.mtimeMs < oldAfter
}

function publish(path: string, place: string): void {
  try {
    linkSync(path, place)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw there(place)
    // A file system without links, such as one of a network or a stick.
    if (existsSync(place)) throw there(place)
    renameSync(path, place)
  }
}

function there(place: string): SetupFault {
  return new SetupFault(`${place} exists already, and no file is overwritten: name another one`)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}

/** SQLite does not wait for the disk when it writes a copy. */
function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
