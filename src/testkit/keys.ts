import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Algorithm } from '../key/algorithms.js'
import { hmacKey } from '../key/hmac-key.js'
import { privateKey } from '../key/asymmetric-key.js'
import type { Key } from '../key/key.js'
import { createServiceKeys, type ServiceKeys } from '../session/service-keys.js'

/**
 * As text: in Node 20 a garbage collection during the export of a new `KeyObject` may wait forever for the key's lock.
 */
const pem = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const

/** One new signing key for each of the four algorithms, by algorithm name. */
export interface TestKeys extends Readonly<Partial<Record<Algorithm, Key>>> {
  readonly HS256: Key
  readonly RS256: Key
  readonly ES256: Key
  readonly EdDSA: Key
}

/**
 * Generates signing keys for tests. They are new at every call; RS256 takes some hundred milliseconds.
 *
 * Not for: anything except tests, since the keys are not stored.
 *
 * @example const { ES256 } = testKeys()
 */
export function testKeys(): TestKeys {
  return {
    HS256: hmacKey(randomBytes(32), 'HS256'),
    RS256: privateKey(
      generateKeyPairSync('rsa', { modulusLength: 2048, ...pem }).privateKey,
      'RS256',
    ),
    ES256: privateKey(
      generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem }).privateKey,
      'ES256',
    ),
    EdDSA: privateKey(generateKeyPairSync('ed25519', pem).privateKey, 'EdDSA'),
  }
}

/**
 * New service keys for refresh tokens, for tests.
 *
 * @example createSessions({ serviceKey: testServiceKeys(), … })
 */
export function testServiceKeys(): ServiceKeys {
  return createServiceKeys({ current: randomBytes(32) })
}
