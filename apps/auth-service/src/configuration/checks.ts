import { ConfigError, createSessions, createServiceKeys } from 'jotgate'
import { memoryStores } from 'jotgate/stores/memory'
import type { Configuration, SessionTimes } from './configuration.js'
import { randomBytes } from 'node:crypto'

/** A key of the key ring, or of the audit log. @throws ConfigError */
export function checkEncryptionKey(bytes: Buffer): void {
  if (bytes.length !== 32)
    throw new ConfigError('encryptionKey', 'must be 32 random bytes, in base64')
}

/**
 * Whether all processes have the key that seals secrets in the database: that of the configuration, or that of the data folder
 * where only processes with this folder use the database.
 */
export function hasSealingKey({
  database,
  encryptionKeys,
}: Pick<Configuration, 'database' | 'encryptionKeys'>): boolean {
  return database === undefined || encryptionKeys !== undefined
}

/** Names of durations in the file. */
const fieldOf: Readonly<Record<string, string>> = {
  accessTtl: 'accessExpire',
  absoluteTtl: 'refreshExpire',
  idleTtl: 'idleExpire',
  refreshWindow: 'accessExpire',
}

/** The objections of sessions to these durations, with the names of the file. */
export function checkSessions(times: SessionTimes): readonly string[] {
  const { accessTtl, absoluteTtl, idleTtl, grace, recoverWithin } = times
  try {
    createSessions({
      ...{ accessTtl, absoluteTtl, idleTtl, grace, recoverWithin },
      sign: () => Promise.reject(new Error('nothing is signed here')),
      store: memoryStores().sessions,
      serviceKey: createServiceKeys({ current: randomBytes(32) }),
      loadSubject: () => Promise.resolve(undefined),
    })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const option = error.option.replace('createSessions.', '')
    const inWords = (text: string) =>
      text.replace(
        /\b(accessTtl|absoluteTtl|idleTtl|refreshWindow)\b/g,
        (name) => fieldOf[name] ?? name,
      )
    return [
      `${fieldOf[option] ?? option}: ${inWords(error.message.slice(error.option.length + 2))}`,
    ]
  }
}
