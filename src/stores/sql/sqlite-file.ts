import { stat } from 'node:fs/promises'
import { unavailable } from '../../foundation/ask-store.js'
import type { SqlDatabase } from './database.js'

/**
 * Checks that the database file is still the one of the first check: a connection keeps using a file that was moved
 * away, where no other process reads or writes. A database in memory passes.
 *
 * @throws AuthError STORE_UNAVAILABLE
 * @example const checkFile = sameFile(); await checkFile(database)
 */
export function sameFile(): (database: SqlDatabase) => Promise<void> {
  let opened: number | undefined
  return async (database) => {
    const [main] = await database.query("SELECT file FROM pragma_database_list WHERE name = 'main'")
    const path = main?.['file']
    if (typeof path !== 'string' || path === '') return
    const inode = await readInode(path)
    opened ??= inode
    if (inode !== opened)
      throw unavailable(new Error('another file was put in the place of the open one'))
  }
}

async function readInode(path: string): Promise<number> {
  try {
    return (await stat(path)).ino
  } catch (cause) {
    throw unavailable(cause)
  }
}
