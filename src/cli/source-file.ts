import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badUsage } from './command-error.js'

/** Bytes of one source file: ten thousand routes take a tenth of it. */
const mostBytes = 16_777_216

/**
 * A source file as UTF-8 text, at once. Devices and pipes are no source files: an import of one could wait for ever.
 *
 * @throws CommandError with exit code 2 for a file that is too long or none; what node:fs throws otherwise
 * @example readSource('user.api')
 */
export function readSource(path: string): string {
  const found = statSync(path)
  if (!found.isFile() && !found.isDirectory()) throw badUsage('is not a regular file')
  if (found.size > mostBytes) throw badUsage('is longer than 16 MiB')
  return readFileSync(path, 'utf8')
}

/**
 * Puts a new file in the place of one, or where none is, in one step: whoever reads meanwhile sees the old text or the
 * new one. Permissions are kept. A link is replaced itself.
 *
 * @throws what node:fs rejects with; nothing is left behind then
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
