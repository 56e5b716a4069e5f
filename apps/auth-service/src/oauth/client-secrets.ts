import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * 256 random bits, base64url: what a client authenticates with.
 *
 * @example createSecret().length // 43
 */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * What is kept of a secret. A slow hash makes guessing what people think of dear; nobody guesses 256 random bits, so
 * SHA-256 is enough, and a flood of wrong secrets costs next to nothing.
 *
 * Not for: passwords.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Whether a secret is the one that was kept, in the same time for every answer; false where none was kept. */
export function fitsSecret(secret: string, kept: string | undefined): boolean {
  const presented = Buffer.from(hashSecret(secret))
  const fits = timingSafeEqual(presented, Buffer.from(kept ?? nobodys))
  return fits && kept !== undefined
}

/** As long as every other. */
const nobodys = hashSecret('')
