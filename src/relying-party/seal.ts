import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../encoding/base64url.js'
import { parseStrictObject } from '../token/json/json.js'

const algorithm = 'aes-256-gcm'
const [nonceBytes, tagBytes] = [12, 16]
const maxDepth = 4
const longest = 8192

/** Encrypts what a browser keeps for this site, and opens nothing that another has made, or changed. */
export interface Seal {
  /** `purpose` is bound to the text: a text sealed for one cookie does not open in another. */
  seal(value: object, purpose: string): string
  /** Undefined for anything but a text that {@link seal} has made for this purpose with the same secret. */
  open(text: string, purpose: string): Readonly<Record<string, unknown>> | undefined
}

/**
 * Seals small objects with AES-256-GCM (NIST SP 800-38D), under a key of their own that is derived from the secret
 * (RFC 5869).
 *
 * @example createSeal(clientSecret).seal({ state }, '__Host-login')
 */
export function createSeal(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'jotgate relying party cookies', 32))
  return Object.freeze({
    seal: (value, purpose) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(purpose))
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
      return encodeBase64url(Buffer.concat([nonce, cipher.getAuthTag(), sealed]))
    },
    open: (text, purpose) => {
      const bytes = text.length > longest ? undefined : decodeBase64url(text)
      if (bytes === undefined || bytes.length <= nonceBytes + tagBytes) return undefined
      const nonce = bytes.subarray(0, nonceBytes)
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return opened(() =>
        Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]),
      )
    },
  } satisfies Seal)
}

function opened(decrypt: () => Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const read = parseStrictObject(decrypt(), { maxDepth })
    return read.ok ? read.object : undefined
  } catch {
    // The tag does not fit: made with another secret, for another cookie, or changed.
    return undefined
  }
}
