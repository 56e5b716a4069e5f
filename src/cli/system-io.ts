import { readFileSync } from 'node:fs'
import { mkdir, open, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { badUsage } from './command-error.js'
import type { Io } from './io.js'
import { readSource, replaceFile } from './source-file.js'
import { untilChanged } from './until-changed.js'
import { writeBelow } from './write-below.js'

/** Largest size of a file or of the standard input, in bytes: keys, claims and tokens are far smaller. */
const mostBytes = 1_048_576

/**
 * Files, streams, clock and network of this process. Uses colours only on a terminal that is not dumb, and without
 * `NO_COLOR` (no-color.org).
 *
 * @example process.exitCode = await run(commands, process.argv.slice(2), systemIo())
 */
export function systemIo(): Io {
  const { NO_COLOR, TERM } = process.env
  // A reader of our output may stop early: `jotgate … | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    readFile,
    readStdin: () => readAll(process.stdin),
    writeNewFile,
    removeFile: (path) => rm(path, { force: true }),
    readSource,
    replaceFile: async (path, text) => replaceFile(await realpath(path), text),
    writeBelow,
    untilChanged,
    onInterrupt,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    color: process.stdout.isTTY && (NO_COLOR ?? '') === '' && TERM !== 'dumb',
    now: () => Date.now() / 1000,
    variable: (name) => process.env[name],
    fetch,
    version: packageVersion(),
  }
}

async function readFile(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    return await readAll(file.createReadStream({ autoClose: false }))
  } finally {
    await file.close()
  }
}

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue
    length += chunk.byteLength
    if (length > mostBytes) throw badUsage('the input is longer than 1 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function writeNewFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
}

function onInterrupt(): AbortSignal {
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      ending.abort()
    })
  return ending.signal
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const manifest: unknown = JSON.parse(text)
  if (typeof manifest !== 'object' || manifest === null) return 'unknown'
  return 'version' in manifest && typeof manifest.version === 'string'
    ? manifest.version
    : 'unknown'
}
