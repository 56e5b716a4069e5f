import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A client's secret: 256 random bits, base64url.
 *
 * @example createSecret().length // 43
 */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * The stored hash of a secret. A slow hash protects passwords that people choose; 256 random bits cannot be guessed, so
 * SHA-256 is enough, and a flood of wrong secrets costs almost nothing.
 *
 * Not for: passwords.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Whether a secret matches the stored hash, in constant time; false without a stored hash. */
export function fitsSecret(secret: string, kept: string | undefined): boolean {
  const presented = Buffer.from(hashSecret(secret))
  const fits = timingSafeEqual(presented, Buffer.from(kept ?? nobodys))
  return fits && kept !== undefined
}

/** As long as every other hash. */
const nobodys = hashSecret('')
