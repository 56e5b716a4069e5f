import type { BelowFile, WrittenFile } from './write-below.js'
import type { Sources } from './until-changed.js'

/**
 * Everything a command touches outside of itself, so that it runs in a test as it runs in a terminal. Messages about
 * what went wrong never hold what was given: a secret is easily passed where a file name belongs.
 */
export interface Io {
  /** A file as UTF-8 text. Rejects with what node:fs rejects with, or a CommandError when it is too long. */
  readonly readFile: (path: string) => Promise<string>
  /** All of the standard input as UTF-8 text. */
  readonly readStdin: () => Promise<string>
  /** Writes a file that is not there yet, for its owner alone (0600); its folder is made (0700). */
  readonly writeNewFile: (path: string, text: string) => Promise<void>
  readonly removeFile: (path: string) => Promise<void>
  /** A source file as UTF-8 text, at once: a parser asks for imports while it parses. Throws what `readFile` rejects with. */
  readonly readSource: (path: string) => string
  /** Replaces a file in one step and keeps its permissions; a link stays one. */
  readonly replaceFile: (path: string, text: string) => Promise<void>
  /** Writes files below a folder and nowhere else; rejects with a CommandError. */
  readonly writeBelow: (
    folder: string,
    files: readonly BelowFile[],
  ) => Promise<readonly WrittenFile[]>
  /** Comes to an end when a source is no longer what it was, or with the signal. */
  readonly untilChanged: (sources: Sources, signal: AbortSignal) => Promise<void>
  /** From now on an interrupt no longer ends the process, but this signal. */
  readonly onInterrupt: () => AbortSignal
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Whether the reader of the standard output sees colours and wants them. */
  readonly color: boolean
  /** Unix time in seconds. */
  readonly now: () => number
  /** A variable of the environment. */
  readonly variable: (name: string) => string | undefined
  readonly fetch: typeof fetch
  /** The package's version. */
  readonly version: string
}
