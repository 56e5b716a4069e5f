import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { ConfigError } from '../foundation/errors.js'
import type { KeyFinder } from '../token/key-source.js'
import { notify } from '../foundation/listener.js'
import { codeOf } from '../foundation/realms.js'
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

/** Options of `secretSource`. */
export interface SecretSourceOptions {
  /** How the bytes are written. `text` uses them as they are, without one line break at the end. Never guessed. */
  readonly encoding: SecretEncoding
  /** Reads an environment variable; needed for `env:`. */
  readonly env?: (name: string) => string | undefined
  /** Whether the configuration itself may contain the secret, after `literal:`. For demonstrations. Default false. */
  readonly demo?: boolean
  /**
   * `allow` accepts files that other users of this machine can read, such as mounts that only this container sees.
   * Default `refuse`.
   */
  readonly readableByOthers?: 'refuse' | 'allow'
  /** Called when a changed file cannot be read; the last secret stays in use. Its errors are ignored. */
  readonly onProblem?: (problem: ConfigError) => void
}

/** A secret stored outside the configuration. Printing the source never shows the secret. */
export interface SecretSource {
  /** The current bytes: a file is checked every time, and read again when it has changed. */
  read(): Buffer
  /** Increases whenever the secret has changed. */
  version(): number
}

/**
 * A secret from the environment (`env:NAME`), from a file that may change while the program runs (`file:PATH`), or, in
 * demonstrations only, from the configuration itself (`literal:…`).
 *
 * If a file is replaced by an unreadable one, the service keeps running with the last valid secret and calls
 * `onProblem`.
 *
 * @throws ConfigError with option `secret` when there is no secret at the start; no message contains the reference or
 * the secret
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
      if (!values.demo) throw wrong('is in the configuration itself; use env:NAME or file:PATH')
      return fixed(decodeSecret(rest, values.encoding))
    default:
      throw wrong('must be env:NAME or file:PATH')
  }
}

/**
 * Keys derived from a secret, and derived again whenever it changes: a mounted secret can be replaced without a
 * restart.
 *
 * @throws ConfigError from `make`; if `make` refuses a changed secret, lookups throw it
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
    // Keeps the versions of each secret apart from those of the secret before.
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
  if (!env) throw wrong('needs the option env to read the environment')
  const value = env(name)
  if (value === undefined || value === '') throw wrong('is missing or empty in the environment')
  return value
}

function fixed(bytes: Buffer): SecretSource {
  return Object.freeze({ read: () => Buffer.from(bytes), version: () => 0 })
}

/** A file as it was when last read. */
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

/** Reads a file unless it is unchanged. Checks and reads the same open file. */
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
    throw wrong(`is in a file that cannot be read${detailOf(error)}`)
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
      "is in a file that other users of this machine can read; chmod 600, or readableByOthers: 'allow' for a mount that only this service sees",
    )
}

function detailOf(error: unknown): string {
  const code = codeOf(error)
  return code === undefined ? '' : ` (${code})`
}

function wrong(problem: string): ConfigError {
  return new ConfigError('secret', problem)
}
