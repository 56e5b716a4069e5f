import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RedisCommand } from './dump-redis.js'
import type { DrawnByStore } from './program.js'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** What a release has left in each store. */
export interface Recording {
  readonly name: string
  readonly sqlite: string
  readonly postgres: string
  readonly redis: readonly RedisCommand[]
  readonly drawn: DrawnByStore
  /** The versions of each part that its databases say they have. */
  readonly versions: Readonly<Record<string, number>>
}

/** Every recording there is. */
export const recordings: readonly Recording[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readRecording(name))

/** The statements of each part's versions when the last release was recorded. */
export const recordedStatements = JSON.parse(
  readFileSync(`${folder}/statements.json`, 'utf8'),
) as Readonly<Record<string, readonly (readonly string[])[]>> // written by `statementsOf`

function readRecording(name: string): Recording {
  const read = (file: string) => readFileSync(`${folder}/${name}/${file}`, 'utf8')
  const sqlite = read('sqlite.sql')
  return {
    name,
    sqlite,
    postgres: read('postgres.sql'),
    redis: linesOf(read('redis.jsonl')).map((line) => JSON.parse(line) as RedisCommand), // written by `dumpRedis`
    drawn: JSON.parse(read('drawn.json')) as DrawnByStore,
    versions: versionsIn(sqlite),
  }
}

/** The lines of a text file. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

function versionsIn(dump: string): Readonly<Record<string, number>> {
  const numbered = dump.matchAll(/^INSERT INTO jotgate_schema .* VALUES \('(\w+)', (\d+)\);$/gm)
  // The later number of a part comes later.
  return Object.fromEntries([...numbered].map(([, part = '', version]) => [part, Number(version)]))
}
