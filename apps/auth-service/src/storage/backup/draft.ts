import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SetupFault } from '../../foundation/setup-fault.js'

/** A file that is made beside its place, and put there when it is whole. */
export interface Draft {
  /** Where it is made: an empty file that only its owner can read. */
  readonly path: string
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
 * Begins the draft of a file.
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
  return {
    path,
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
