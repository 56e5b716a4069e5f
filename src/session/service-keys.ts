import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { type OptionTable, readOptions, value } from '../foundation/options.js'
import { isBytes } from '../foundation/realms.js'

/** Secrets of 32 random bytes or more. */
export interface ServiceKeysOptions {
  /** Tags new refresh tokens. */
  readonly current: Uint8Array
  /**
   * Still accepted. Keep a retired one for as long as the longest absolute expiry: its sessions end with it. A token
   * moves to the current key at its next refresh. Default: none.
   */
  readonly previous?: readonly Uint8Array[]
}

/** Service keys, ready for use; there is no way to read them back. */
export interface ServiceKeys {
  /** Id of the key that tags new tokens: {@link keyIdBytes} bytes. */
  readonly currentId: Buffer
  /** HMAC-SHA256 of the data; undefined when no key has that id. */
  tag(keyId: Uint8Array, data: Uint8Array): Buffer | undefined
}

/** Length of a service key's id. */
export const keyIdBytes = 4

const leastBytes = 32
const leastDistinct = 12

/** Options of `createServiceKeys`. */
export const serviceKeysTable = {
  current: value('32 random bytes', readSecret),
  previous: value('array of such keys', readSecrets, { default: [] }),
} satisfies OptionTable<keyof ServiceKeysOptions>

/**
 * The keys of refresh tokens. They must not live in the database whose sessions they protect.
 *
 * A key's id is derived from it, so there is nothing to configure beside the key.
 *
 * @throws ConfigError for text, a short or repetitive key, or the same key twice.
 * @example createServiceKeys({ current: readFileSync('data/keys/refresh.key'), previous: [] })
 */
export function createServiceKeys(options: ServiceKeysOptions): ServiceKeys {
  const { current, previous } = readOptions('createServiceKeys', serviceKeysTable, options)
  const keys = new Map<string, KeyObject>()
  const currentId = addKey(keys, current, 'createServiceKeys.current')
  for (const key of previous) addKey(keys, key, 'createServiceKeys.previous')
  return Object.freeze({
    currentId,
    tag: (keyId: Uint8Array, data: Uint8Array) => {
      const key = keys.get(Buffer.from(keyId).toString('hex'))
      return key && createHmac('sha256', key).update(data).digest()
    },
  })
}

function readSecret(given: unknown, option: string): Uint8Array {
  if (isBytes(given)) return given
  throw new ConfigError(option, 'must be bytes')
}

function readSecrets(given: unknown, option: string): readonly Uint8Array[] {
  if (!Array.isArray(given)) throw new ConfigError(option, 'must be an array of keys')
  return given.map((each) => readSecret(each, option))
}

function addKey(keys: Map<string, KeyObject>, secret: Uint8Array, option: string): Buffer {
  if (secret.byteLength < leastBytes || new Set(secret).size < leastDistinct) {
    throw new ConfigError(option, 'must be at least 32 random bytes; make them with randomBytes')
  }
  const key = createSecretKey(secret)
  const id = createHmac('sha256', key)
    .update('jotgate service key id v1')
    .digest()
    .subarray(0, keyIdBytes)
  if (keys.has(id.toString('hex'))) throw new ConfigError(option, 'holds the same key twice')
  keys.set(id.toString('hex'), key)
  return id
}
