import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { ConfigError } from '../foundation/errors.js'
import type { KeyFinder } from '../token/key-source.js'
import { notify } from '../foundation/listener.js'
import {
  flag,
  oneOf,
  optionalFunc,
  type OptionTable,
  type OptionValues,
  readOptions,
} from '../foundation/options.js'
import { decodeSecret, secretEncodings, type SecretEncoding } from './secret-encoding.js'

export type { SecretEncoding } from './secret-encoding.js'

/** How a reference to a secret is understood. */
export interface SecretSourceOptions {
  /** How the bytes are written. `text` takes them as they are, without one line break at the end. Never guessed. */
  readonly encoding: SecretEncoding
  /** Reads a variable of the environment; needed for `env:`. */
  readonly env?: (name: string) => string | undefined
  /** Whether the secret may stand in the configuration itself, after `literal:`. For demonstrations. Default false. */
  readonly demo?: boolean
  /**
   * `allow` takes files that others on this machine may read, such as mounts that only this container sees. Default
   * `refuse`.
   */
  readonly readableByOthers?: 'refuse' | 'allow'
  /** Told when a changed file can not be read; the secret read before stays in use. What it throws is dropped. */
  readonly onProblem?: (problem: ConfigError) => void
}

/** A secret that lives somewhere else. It never prints what it holds. */
export interface SecretSource {
  /** The bytes as they are now: a file is looked at every time, and read again when it has changed. */
  read(): Buffer
  /** Goes up whenever the secret has changed. */
  version(): number
}

/**
 * A secret out of the environment (`env:NAME`), out of a file that may change while the program runs (`file:PATH`), or,
 * in demonstrations only, out of the configuration itself (`literal:…`).
 *
 * A file that is replaced by something unreadable does not take the service down: the last good secret stays, and
 * `onProblem` is told.
 *
 * @throws ConfigError with option `secret` when there is no secret to start with; the reference and the secret itself
 * are in no message
 * @example
 * const source = secretSource('file:/run/secrets/ring', { encoding: 'base64' })
 * createKeyRing({ encryptionKey: source.read(), … })
 */
export function secretSource(reference: string, options: SecretSourceOptions): SecretSource {
  const values = readOptions('secretSource', secretSourceTable, options)
  const [, kind, rest = ''] = /^(env|file|literal):(.+)$/s.exec(reference) ?? []
  switch (kind) {
    case 'env':
      return fixed(decodeSecret(readEnv(rest, values), values.encoding))
    case 'file':
      return followFile(rest, values)
    case 'literal':
      if (!values.demo) throw wrong('stands in the configuration itself; use env:NAME or file:PATH')
      return fixed(decodeSecret(rest, values.encoding))
    default:
      throw wrong('must be env:NAME or file:PATH')
  }
}

/**
 * Keys made of a secret, made again whenever it changes: a mounted secret is replaced without a restart.
 *
 * @throws ConfigError as `make` throws it; when the secret changes into one that `make` refuses, lookups do
 * @example createVerifier({ keys: followSecret(source, (bytes) => staticKeys([hmacKey(bytes, 'HS256')])), … })
 */
export function followSecret(source: SecretSource, make: (secret: Buffer) => KeyFinder): KeyFinder {
  let seen = source.version()
  let keys = make(source.read())
  const current = (): KeyFinder => {
    const version = source.version()
    if (version !== seen) {
      keys = make(source.read())
      seen = version
    }
    return keys
  }
  return Object.freeze({
    find: (header, signal) => current().find(header, signal),
    // Each secret's own versions, apart from those of the secret before.
    version: () => source.version() * 2 ** 32 + keys.version(),
  } satisfies KeyFinder)
}

/** Options of `secretSource`. */
export const secretSourceTable = {
  encoding: oneOf(secretEncodings),
  env: optionalFunc<NonNullable<SecretSourceOptions['env']>>(),
  demo: flag({ default: false }),
  readableByOthers: oneOf(['refuse', 'allow'], { default: 'refuse' }),
  onProblem: optionalFunc<NonNullable<SecretSourceOptions['onProblem']>>(),
} satisfies OptionTable<keyof SecretSourceOptions>

type SecretSourceValues = OptionValues<typeof secretSourceTable>
const longest = 65_536

function readEnv(name: string, { env }: SecretSourceValues): string {
  if (!env) throw wrong('is in the environment, which is read by the option env')
  const value = env(name)
  if (value === undefined || value === '') throw wrong('is not in the environment')
  return value
}

function fixed(bytes: Buffer): SecretSource {
  return Object.freeze({ read: () => Buffer.from(bytes), version: () => 0 })
}

/** A file as it was when it was read last. */
interface Seen {
  readonly mark: string
  readonly bytes: Buffer
}

function followFile(path: string, values: SecretSourceValues): SecretSource {
  let version = 0
  let seen = readFile(path, values)
  const look = (): void => {
    try {
      const next = readFile(path, values, seen)
      if (!next.bytes.equals(seen.bytes)) version++
      seen = next
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      notify(values.onProblem, error)
    }
  }
  return Object.freeze({
    read: () => {
      look()
      return Buffer.from(seen.bytes)
    },
    version: () => {
      look()
      return version
    },
  })
}

/** Reads a file, unless it is the one that was read before. What is looked at and what is read is one open file. */
function readFile(path: string, values: SecretSourceValues, before?: Seen): Seen {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    checkFile(stats, values)
    const mark = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ')
    if (before?.mark === mark) return before
    return { mark, bytes: decodeSecret(readFileSync(file, 'utf8'), values.encoding) }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw wrong(`is in a file that can not be read${codeOf(error)}`)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function checkFile(stats: Stats, { readableByOthers }: SecretSourceValues): void {
  if (!stats.isFile()) throw wrong('is not in a file')
  if (stats.size > longest) throw wrong('is in a file longer than 64 KiB')
  if (process.platform === 'win32' || readableByOthers === 'allow') return
  if ((stats.mode & 0o007) !== 0)
    throw wrong(
      "is in a file that everybody on this machine may read; chmod 600, or readableByOthers: 'allow' for a mount that nobody else sees",
    )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
}

function wrong(problem: string): ConfigError {
  return new ConfigError('secret', problem)
}
