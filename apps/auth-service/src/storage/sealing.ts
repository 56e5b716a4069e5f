import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AuthError } from 'jotgate'

/** Seals secrets for the database, with keys that are never in it. */
export interface Sealing {
  /** @param about what the secret belongs to: it opens only there */
  seal(secret: Uint8Array, about: string): string
  /**
   * @throws AuthError KEYS_UNAVAILABLE when none of the keys fits, or what is sealed was changed
   */
  open(sealed: string, about: string): Opened
}

/** A secret that was sealed. */
export interface Opened {
  readonly secret: Buffer
  /** Sealed with a previous key: seal it again, so that this key can be removed. */
  readonly isOld: boolean
}

const version = 'v1'
const cipher = 'aes-256-gcm'
const [ivBytes, tagBytes] = [12, 16]

/**
 * Encrypts and authenticates secrets (AES-256-GCM, NIST SP 800-38D) under keys derived from the encryption keys: the first one
 * seals, all of them can open. Each has a random IV, so that one key seals at most 2^32 secrets.
 *
 * @param keys of 32 bytes each
 * @example createSealing(encryptionKeys).seal(secret, `second factor of ${user.id}`) // 'v1.…'
 */
export function createSealing(keys: readonly Uint8Array[]): Sealing {
  const derived = keys.map(derive)
  return {
    seal: (secret, about) => {
      const [key] = derived
      if (key === undefined) throw missing('there is no encryption key')
      const iv = randomBytes(ivBytes)
      const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes })
      encryption.setAAD(Buffer.from(about))
      const body = [iv, encryption.update(secret), encryption.final(), encryption.getAuthTag()]
      return `${version}.${Buffer.concat(body).toString('base64url')}`
    },
    open: (sealed, about) => {
      const bytes = bytesOf(sealed)
      for (const [at, key] of derived.entries()) {
        const secret = decrypt(bytes, key, about)
        if (secret !== undefined) return { secret, isOld: at > 0 }
      }
      throw missing('a secret was sealed with another encryption key, or was changed')
    },
  }
}

/** For sealing alone: the key ring uses the encryption key itself. */
function derive(key: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'jotgate service sealing v1', 32))
}

function bytesOf(sealed: string): Buffer {
  const [found, body = ''] = sealed.split('.')
  const bytes = Buffer.from(body, 'base64url')
  if (found !== version || bytes.length < ivBytes + tagBytes)
    throw missing('a sealed secret has a format that this release does not read')
  return bytes
}

/** Undefined for another key, another owner, and for what was changed. */
function decrypt(bytes: Buffer, key: Buffer, about: string): Buffer | undefined {
  const iv = bytes.subarray(0, ivBytes)
  const decryption = createDecipheriv(cipher, key, iv, { authTagLength: tagBytes })
  decryption.setAAD(Buffer.from(about))
  decryption.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const secret = decryption.update(bytes.subarray(ivBytes, -tagBytes))
    return Buffer.concat([secret, decryption.final()])
  } catch {
    return undefined
  }
}

function missing(problem: string): AuthError {
  return new AuthError('KEYS_UNAVAILABLE', {}, { cause: new Error(`encryptionKey: ${problem}`) })
}
