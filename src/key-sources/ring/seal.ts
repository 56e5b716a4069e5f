import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../../encoding/base64url.js'
import { ConfigError } from '../../foundation/errors.js'

/** Key-encryption keys of 32 bytes each: the first one seals, all of them can open. */
export type EncryptionKeys = readonly Uint8Array[]

const version = 'v1'
const cipher = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Encrypts and authenticates the text of a ring (AES-256-GCM, NIST SP 800-38D, with a random IV: far fewer than 2^32
 * states are ever written under one key). The revision is authenticated too, so a store cannot pass off an old state as
 * a new one.
 *
 * @example seal('{"keys":[]}', 1, [encryptionKey]) // 'v1.…'
 */
export function seal(text: string, revision: number, keys: EncryptionKeys): string {
  const [key] = keys
  if (!key) throw new ConfigError('encryptionKey', 'is missing')
  const iv = randomBytes(ivBytes)
  const head = `${version}.${nameOf(key)}`
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes })
  encryption.setAAD(associated(head, revision))
  const body = [iv, encryption.update(text, 'utf8'), encryption.final(), encryption.getAuthTag()]
  return `${head}.${encodeBase64url(Buffer.concat(body))}`
}

/**
 * Opens a text that {@link seal} made.
 *
 * @throws ConfigError with option `encryptionKey` when none of the keys fits, or the state was changed; with
 * `createKeyRing.store` for the format of another release
 */
export function unseal(sealed: string, revision: number, keys: EncryptionKeys): string {
  const [found, name, body, ...rest] = sealed.split('.')
  refuseOtherFormat(found)
  const bytes = body === undefined ? undefined : decodeBase64url(body)
  if (found !== version || !bytes || rest.length > 0 || bytes.byteLength < ivBytes + tagBytes)
    throw new ConfigError('encryptionKey', 'the stored key ring is damaged')
  const key = keys.find((each) => nameOf(each) === name)
  if (!key)
    throw new ConfigError(
      'encryptionKey',
      'is not the key that the stored key ring was encrypted with; give that one too, as a further key',
    )
  const decryption = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
  decryption.setAAD(associated(`${version}.${nameOf(key)}`, revision))
  decryption.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const text = decryption.update(bytes.subarray(ivBytes, -tagBytes))
    return Buffer.concat([text, decryption.final()]).toString('utf8')
  } catch {
    throw new ConfigError('encryptionKey', 'the stored key ring was changed after it was written')
  }
}

/** A format is `v` and a number; anything else is a damaged ring. */
function refuseOtherFormat(found = ''): void {
  if (found === version || !/^v\d{1,4}$/.test(found)) return
  throw new ConfigError(
    'createKeyRing.store',
    `holds a key ring sealed in format ${found}, and this release reads ${version}: start the release that wrote it, ` +
      'or the release before it',
  )
}

/** Identifies the key without revealing it: a hash of 256 random bits cannot be searched. */
function nameOf(key: Uint8Array): string {
  return createHash('sha256')
    .update('jotgate key ring v1')
    .update(key)
    .digest('base64url')
    .slice(0, 8)
}

function associated(head: string, revision: number): Buffer {
  return Buffer.from(`jotgate key ring ${head} ${String(revision)}`)
}
