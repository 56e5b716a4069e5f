import type { BelowFile, WrittenFile } from './write-below.js'
import type { Sources } from './until-changed.js'

/**
 * Everything outside a command that it uses, so that it runs in a test as in a terminal. Error messages never repeat an
 * argument: users easily pass a secret where a file name belongs.
 */
export interface Io {
  /** Reads a file as UTF-8 text. Rejects with the error of node:fs, or with a CommandError when it is too long. */
  readonly readFile: (path: string) => Promise<string>
  /** Reads all of the standard input as UTF-8 text. */
  readonly readStdin: () => Promise<string>
  /** Writes a new file that only its owner can read (0600); creates its folder (0700). */
  readonly writeNewFile: (path: string, text: string) => Promise<void>
  readonly removeFile: (path: string) => Promise<void>
  /**
   * Reads a source file synchronously: a parser needs imports while it parses. Throws the same errors as `readFile`.
   */
  readonly readSource: (path: string) => string
  /** Replaces a file in one step and keeps its permissions; a link stays a link. */
  readonly replaceFile: (path: string, text: string) => Promise<void>
  /** Writes files below a folder only; rejects with a CommandError. */
  readonly writeBelow: (
    folder: string,
    files: readonly BelowFile[],
  ) => Promise<readonly WrittenFile[]>
  /** Resolves when a source has changed, or when the signal aborts. */
  readonly untilChanged: (sources: Sources, signal: AbortSignal) => Promise<void>
  /** From now on an interrupt aborts this signal instead of ending the process. */
  readonly onInterrupt: () => AbortSignal
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether the standard output supports colours and the user wants them. */
  readonly color: boolean
  /** Unix time in seconds. */
  readonly now: () => number
  /** Reads an environment variable. */
  readonly variable: (name: string) => string | undefined
  readonly fetch: typeof fetch
  /** The package's version. */
  readonly version: string
}
