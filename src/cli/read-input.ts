import { badUsage, CommandError } from './command-error.js'
import type { Io } from './io.js'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read the file',
  EISDIR: 'is a folder, not a file',
  ENAMETOOLONG: 'is too long for the name of a file; it takes a file, not its content',
}

/**
 * The text of a file, or of the standard input for `-`. `place` says in messages what was to be read: the path itself
 * may be a secret that somebody passed by mistake.
 *
 * @throws CommandError with exit code 2
 * @example await readText('-', io, '--key')
 */
export async function readText(path: string, io: Io, place: string): Promise<string> {
  try {
    return path === '-' ? await io.readStdin() : await io.readFile(path)
  } catch (error) {
    throw badUsage(`${place}: ${whyUnreadable(error)}`)
  }
}

/** Why a file could not be read, without its name. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof CommandError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? 'can not be read'
}

/** A token as the argument itself, or from the standard input for `-`; space and line breaks around it are not of it. */
export async function readToken(operand: string | undefined, io: Io): Promise<string> {
  if (operand === '-') return (await readText('-', io, 'TOKEN')).trim()
  return operand ?? ''
}

/**
 * JSON text as a value.
 *
 * @throws CommandError that does not quote the text, as the message of JSON.parse would
 */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badUsage(`${place}: is not JSON`)
  }
}
