import { existsSync, realpathSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { badUsage } from './command-error.js'
import { readSource } from './source-file.js'

/** Source files by path, each with its text when it was read; undefined for a missing file. */
export type Sources = ReadonlyMap<string, string | undefined>

/** Editors save in several steps: milliseconds without an event until a save counts as complete. */
const quietMs = 80

/**
 * Resolves when one of these files has changed, was removed or has appeared, or when `signal` aborts. It watches
 * folders rather than files, because most editors save by replacing the file. It compares texts after watching has
 * begun, so no change in between is missed.
 *
 * @throws CommandError with exit code 2 when the system does not allow watching
 * @example await untilChanged(new Map([['user.api', text]]), signal)
 */
export async function untilChanged(sources: Sources, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const events = watchFolders(placesOf([...sources.keys()]), signal)
    try {
      if (hasChanged(sources)) events.begin()
      await events.settled
      if (hasChanged(sources)) return
    } finally {
      events.close()
    }
  }
}

function hasChanged(sources: Sources): boolean {
  return [...sources].some(([path, text]) => readOrNothing(path) !== text)
}

function readOrNothing(path: string): string | undefined {
  try {
    return readSource(path)
  } catch {
    return undefined // gone or unreadable: the next reader reports it
  }
}

/** The folders to watch, and the relevant names in them. */
function placesOf(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>()
  const add = (path: string) => {
    let [folder, name] = [dirname(path), basename(path)]
    // An existing parent folder announces a missing one.
    while (!existsSync(folder) && folder !== dirname(folder))
      [folder, name] = [dirname(folder), basename(folder)]
    // A folder reports its own removal under its own name.
    places.set(folder, (places.get(folder) ?? new Set([basename(folder)])).add(name))
  }
  for (const path of paths.map((each) => resolve(each))) {
    add(path)
    if (existsSync(path)) add(realpathSync(path))
  }
  return places
}

interface Events {
  /** Acts as if there had been an event. */
  readonly begin: () => void
  /** Resolves after an event followed by a quiet time, or when the signal aborts. */
  readonly settled: Promise<void>
  readonly close: () => void
}

function watchFolders(
  places: ReadonlyMap<string, ReadonlySet<string>>,
  signal: AbortSignal,
): Events {
  const watchers: (FSWatcher | undefined)[] = []
  let timer: NodeJS.Timeout | undefined
  let settle: () => void = () => undefined
  const settled = new Promise<void>((done) => {
    settle = done
  })
  const onEvent = () => {
    clearTimeout(timer)
    timer = setTimeout(settle, quietMs)
  }
  signal.addEventListener('abort', settle)
  const close = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', settle)
    for (const watcher of watchers) watcher?.close()
  }
  try {
    for (const [folder, names] of places) watchers.push(watchFolder(folder, names, onEvent))
  } catch {
    close()
    throw badUsage('--watch: the system does not let this process watch these folders')
  }
  return { begin: onEvent, settled, close }
}

function watchFolder(
  folder: string,
  names: ReadonlySet<string>,
  onEvent: () => void,
): FSWatcher | undefined {
  try {
    return watch(folder, (_, name) => {
      if (name === null || names.has(name)) onEvent()
    }).on('error', onEvent)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    onEvent() // it was just removed; next time its parent is watched
    return undefined
  }
}
