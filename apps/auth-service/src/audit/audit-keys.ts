import { createHmac, hkdfSync } from 'node:crypto'
import type { Configuration } from '../configuration/configuration.js'
import { storedKeys, type DataDirectory } from '../storage/data-directory.js'

/** The keys of the audit log: none of them is in the database. */
export interface AuditKeys {
  /** For new chains. */
  readonly current: AuditKey
  /** The key of that id, to verify with; undefined: it is not configured. */
  find(id: string): AuditKey | undefined
}

/** One key: 32 bytes and the name that chains give it. */
export interface AuditKey {
  readonly id: string
  readonly bytes: Uint8Array
}

/** Options of {@link openAuditKeys}. */
export interface AuditKeyParts {
  readonly configuration: Pick<Configuration, 'auditKeys' | 'database' | 'refreshSecrets'>
  readonly data: Pick<DataDirectory, 'keyFile' | 'previousKeyFile'>
}

/**
 * The configured keys, and then those that are used without any: a key in the data folder, or, with a database, whose
 * processes need a key in common, keys derived from the refresh secrets.
 *
 * @throws SetupFault when another user could read the key
 */
export function openAuditKeys({ configuration, data }: AuditKeyParts): AuditKeys {
  const { auditKeys = [], database, refreshSecrets = [] } = configuration
  if (database !== undefined) return auditKeysOf([...auditKeys, ...refreshSecrets.map(derive)])
  return auditKeysOf([...auditKeys, ...storedKeys(data, 'audit.key')])
}

/**
 * The current key first.
 *
 * @example auditKeysOf([randomBytes(32)]).current.id
 */
export function auditKeysOf(all: readonly Uint8Array[]): AuditKeys {
  const keys = all.map((bytes) => ({ id: idOf(bytes), bytes }))
  const [current] = keys
  if (current === undefined) throw new Error('the audit log needs a key')
  return { current, find: (id) => keys.find((each) => each.id === id) }
}

/** An HMAC made with the key says no more about it than a row does. */
function idOf(bytes: Uint8Array): string {
  const whole = createHmac('sha256', bytes).update('jotgate audit key id 1').digest('base64url')
  return whole.slice(0, 16)
}

function derive(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'jotgate audit key 1', 32))
}
