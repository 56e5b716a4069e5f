import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { badUsage, CommandError } from './command-error.js'
import { replaceFile } from './source-file.js'

/** A file to write: its path below a folder, separated by `/`. */
export interface BelowFile {
  readonly path: string
  readonly text: string
  /** False for a file that is written only if it is missing. */
  readonly overwrite: boolean
}

/** The outcome for a file: `kept` is the user's own, `unchanged` already had the same text. */
export interface WrittenFile {
  readonly path: string
  readonly outcome: 'written' | 'kept' | 'unchanged'
}

/** A folder's real path, and the subfolders already checked. */
interface Root {
  readonly path: string
  readonly inside: Set<string>
}

/**
 * Writes files below a folder, and creates it if missing. No file leaves the folder, neither by its path nor through a
 * symbolic link. All files are checked before the first is written, and unchanged files are not touched.
 *
 * @throws CommandError with exit code 2 naming the file's path below the folder
 * @example await writeBelow('src/generated', [{ path: 'handlers/login.ts', text, overwrite: false }])
 */
export async function writeBelow(
  folder: string,
  files: readonly BelowFile[],
): Promise<readonly WrittenFile[]> {
  try {
    await mkdir(folder, { recursive: true })
    const root = { path: await realpath(folder), inside: new Set<string>() }
    const looked: WrittenFile[] = []
    for (const file of files) looked.push({ path: file.path, outcome: await outcomeOf(root, file) })
    for (const [index, file] of files.entries())
      if (looked[index]?.outcome === 'written') await writeFileBelow(root, file)
    return looked
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw badUsage('--out: cannot be written to')
  }
}

async function outcomeOf(root: Root, file: BelowFile): Promise<WrittenFile['outcome']> {
  const parts = file.path.split('/')
  if (parts.some((part) => ['', '.', '..'].includes(part) || /[\\\0]/.test(part)))
    throw leadsOut(file.path)
  for (const count of parts.keys()) {
    const folder = parts.slice(0, count).join('/')
    if (folder !== '' && !(await isFolderInside(root, folder))) return 'written'
  }
  const place = join(root.path, file.path)
  const found = await look(place)
  if (!found) return 'written'
  if (!file.overwrite) return 'kept'
  if (!found.isFile()) throw badUsage(`--out: ${file.path} exists and is not a regular file`)
  return (await readFile(place, 'utf8')) === file.text ? 'unchanged' : 'written'
}

/** Whether a folder exists; an existing one must be inside. */
async function isFolderInside(root: Root, folder: string): Promise<boolean> {
  if (root.inside.has(folder)) return true
  const place = join(root.path, folder)
  const found = await look(place)
  if (!found) return false
  if (found.isSymbolicLink()) {
    const real = await realpath(place).catch(() => '') // leads nowhere, and so not inside
    if (!real.startsWith(root.path + sep)) throw leadsOut(folder)
  } else if (!found.isDirectory()) throw badUsage(`--out: ${folder} exists and is not a folder`)
  root.inside.add(folder)
  return true
}

async function look(place: string): Promise<Stats | undefined> {
  try {
    return await lstat(place)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function writeFileBelow(root: Root, file: BelowFile): Promise<void> {
  const place = join(root.path, file.path)
  await mkdir(dirname(place), { recursive: true })
  if (file.overwrite) await replaceFile(place, file.text)
  else await writeFile(place, file.text, { flag: 'wx' })
}

function leadsOut(path: string): CommandError {
  return badUsage(`--out: ${path} leads out of the folder`)
}
