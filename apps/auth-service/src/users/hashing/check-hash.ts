import { scryptSync, timingSafeEqual } from 'node:crypto'
import { verifySync as verifyArgon2 } from '@node-rs/argon2'
import { verifySync as verifyBcrypt } from '@node-rs/bcrypt'
import { readHash, type StoredHash } from './stored-hash.js'

/**
 * Whether a hash was made from a text. An unreadable hash matches nothing.
 *
 * Of bcrypt the first 72 bytes count, as everywhere. It keeps its thread busy for as long as a login takes.
 */
export function checkHash(text: string, hash: string): boolean {
  const stored = readHash(hash)
  switch (stored?.kind) {
    case undefined:
      return false
    case 'argon2':
      return verifyArgon2(hash, text)
    case 'bcrypt':
      return verifyBcrypt(Buffer.from(text).subarray(0, 72), hash)
    case 'scrypt':
      return checkScrypt(text, stored)
  }
}

function checkScrypt(
  text: string,
  { cost, blockSize, lanes, salt, hash }: Extract<StoredHash, { kind: 'scrypt' }>,
): boolean {
  // Room for the whole work, and the same again for OpenSSL's own needs.
  const maxmem = 2 * (128 * cost * blockSize + 128 * blockSize * lanes) + 65_536
  const parameters = { N: cost, r: blockSize, p: lanes, maxmem }
  return timingSafeEqual(scryptSync(text, salt, hash.length, parameters), hash)
}
