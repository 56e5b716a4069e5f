import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { algorithmRow, type Algorithm } from '../../key/algorithms.js'
import { ConfigError } from '../../foundation/errors.js'
import type { JsonWebKey } from '../../key/jwk.js'
import { privateKey } from '../../key/asymmetric-key.js'
import { publicJwk } from '../../key/public-half.js'
import type { RingKey } from './ring-state.js'

/** Bits of an RSA modulus: 128 bits of strength, as ASVS 11.2.3 requires. */
const modulusLength = 3072

/**
 * Generates a key pair for an algorithm; its `kid` is the RFC 7638 thumbprint.
 *
 * @throws ConfigError for an HMAC algorithm, whose keys cannot be published
 * @example const key = await makeKey('ES256')
 */
export async function makeKey(
  alg: Algorithm,
): Promise<Pick<RingKey, 'kid' | 'alg' | 'publicJwk' | 'privateJwk'>> {
  const material = await generateFor(alg)
  const key = privateKey(material, alg)
  const privateJwk: JsonWebKey = material.export({ format: 'jwk' })
  return { kid: key.kid, alg, publicJwk: publicJwk(key), privateJwk }
}

async function generateFor(alg: Algorithm): Promise<KeyObject> {
  const row = algorithmRow(alg)
  switch (row.kind) {
    case 'rsa':
    case 'pss':
      return generate('rsa', { modulusLength })
    case 'ec':
      return generate('ec', { namedCurve: row.curve })
    case 'plain':
      return generate(row.keyType, {})
    case 'hmac':
      throw new ConfigError('algorithm', 'is an HMAC algorithm, whose keys cannot be published')
  }
}

const pem = { type: 'pkcs8', format: 'pem' } as const

/**
 * The type definitions lack the key types of newer runtimes. Exported as text: a `KeyObject` shares a lock with the job
 * that made it, and in Node 20 a garbage collection during its export waits for that lock forever.
 */
function generate(keyType: string, options: object): Promise<KeyObject> {
  const encodings = { publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: pem }
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _: unknown, key: string) => {
      if (error) reject(error)
      else resolve(createPrivateKey(key))
    }
    Reflect.apply(generateKeyPair, undefined, [keyType, { ...options, ...encodings }, done])
  })
}
