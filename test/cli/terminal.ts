import { commands } from '../../src/cli/commands/table.js'
import type { Io } from '../../src/cli/io.js'
import { run } from '../../src/cli/run.js'
import { readSource, replaceFile } from '../../src/cli/source-file.js'
import { untilChanged } from '../../src/cli/until-changed.js'
import { writeBelow } from '../../src/cli/write-below.js'

/** What a command line came to. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Where a command line runs: files by path, what is typed, and anything else of {@link Io}. */
export interface Scene {
  readonly files?: Map<string, string>
  readonly stdin?: string
  readonly io?: Partial<Io>
}

/** Runs `jotgate` in this process, on files that are only a map; what is generated goes to the disk. */
export async function jotgate(argv: readonly string[], scene: Scene = {}): Promise<Outcome> {
  const files = scene.files ?? new Map<string, string>()
  const out = { stdout: '', stderr: '' }
  const io: Io = {
    readFile: (path) => {
      const text = files.get(path)
      return text === undefined ? Promise.reject(fileError('ENOENT')) : Promise.resolve(text)
    },
    readStdin: () => Promise.resolve(scene.stdin ?? ''),
    writeNewFile: (path, text) => {
      if (files.has(path)) return Promise.reject(fileError('EEXIST'))
      files.set(path, text)
      return Promise.resolve()
    },
    removeFile: (path) => {
      files.delete(path)
      return Promise.resolve()
    },
    readSource: (path) => files.get(path) ?? readSource(path),
    replaceFile: (path, text) => {
      if (!files.has(path)) return replaceFile(path, text)
      files.set(path, text)
      return Promise.resolve()
    },
    writeBelow,
    untilChanged,
    onInterrupt: () => AbortSignal.abort(),
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    color: false,
    now: () => 1_800_000_000,
    variable: () => undefined,
    fetch,
    version: '1.2.3',
    ...scene.io,
  }
  return { exitCode: await run(commands, argv, io), ...out }
}

function fileError(code: string): Error {
  return Object.assign(new Error('a path that must not be quoted'), { code })
}

/** Names of the files that {@link jotgate} wrote. */
export function written(files: ReadonlyMap<string, string>, name: RegExp): string {
  const found = [...files.keys()].find((path) => name.test(path))
  if (found === undefined) throw new Error('no file of that name was written')
  return found
}
