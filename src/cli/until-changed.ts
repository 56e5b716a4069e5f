import { existsSync, realpathSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { badUsage } from './command-error.js'
import { readSource } from './source-file.js'

/** Source files by path, each with its text when it was read; undefined where there was none. */
export type Sources = ReadonlyMap<string, string | undefined>

/** An editor saves in several steps: milliseconds without an event after which it is done. */
const quietMs = 80

/**
 * Comes to an end when one of these files has another text, is gone or has appeared, or when `signal` aborts. Folders are
 * watched rather than files, because most editors save by putting a new file in the place of the old one. Texts are
 * compared once watching has begun, so that no change is missed in between.
 *
 * @throws CommandError with exit code 2 when the system does not let it watch
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
    return undefined // gone or unreadable: whoever reads it next says so
  }
}

/** The folders to watch, and the names in them that count. */
function placesOf(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>()
  const add = (path: string) => {
    let [folder, name] = [dirname(path), basename(path)]
    // What is not there yet is announced by the folder that is.
    while (!existsSync(folder) && folder !== dirname(folder))
      [folder, name] = [dirname(folder), basename(folder)]
    // Under its own name a folder says that it is being removed.
    places.set(folder, (places.get(folder) ?? new Set([basename(folder)])).add(name))
  }
  for (const path of paths.map((each) => resolve(each))) {
    add(path)
    if (existsSync(path)) add(realpathSync(path))
  }
  return places
}

interface Events {
  /** As if there had been an event. */
  readonly begin: () => void
  /** Comes when there was an event and then none for a while, or with the signal. */
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
    onEvent() // it has just gone; its parent will do the next time
    return undefined
  }
}
