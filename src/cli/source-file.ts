import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badUsage } from './command-error.js'

/** Largest size of a source file, in bytes: ten thousand routes need a tenth of it. */
const mostBytes = 16_777_216

/**
 * Reads a source file synchronously as UTF-8 text. Devices and pipes are refused: reading one could wait forever.
 *
 * @throws CommandError with exit code 2 for a file that is too long or not a regular file; otherwise the error of
 * node:fs
 * @example readSource('user.api')
 */
export function readSource(path: string): string {
  const found = statSync(path)
  if (!found.isFile() && !found.isDirectory()) throw badUsage('is not a regular file')
  if (found.size > mostBytes) throw badUsage('is longer than 16 MiB')
  return readFileSync(path, 'utf8')
}

/**
 * Replaces or creates a file in one step: concurrent readers see either the old or the new text. Permissions are kept.
 * A link is itself replaced.
 *
 * @throws the error of node:fs; nothing is left behind
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0o666, // a new file, for which the process has its mask
  )
  const beside = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    await writeFile(beside, text, { flag: 'wx', mode })
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
