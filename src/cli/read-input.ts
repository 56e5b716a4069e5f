import { badUsage, CommandError } from './command-error.js'
import type { Io } from './io.js'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read the file',
  EISDIR: 'is a folder, not a file',
  ENAMETOOLONG: 'is too long for a file name; give the name of a file, not its content',
}

/**
 * Reads the text of a file, or of the standard input for `-`. `place` names the input in messages: the path itself may
 * be a secret, passed by mistake.
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

/** The reason why a file could not be read, without its name. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof CommandError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? 'cannot be read'
}

/** Reads a token from the argument, or from the standard input for `-`; ignores spaces and line breaks around it. */
export async function readToken(operand: string | undefined, io: Io): Promise<string> {
  if (operand === '-') return (await readText('-', io, 'TOKEN')).trim()
  return operand ?? ''
}

/**
 * JSON text as a value.
 *
 * @throws CommandError that, unlike the error of JSON.parse, does not quote the text
 */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badUsage(`${place}: is not JSON`)
  }
}
