import { generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { algorithmRow, type Algorithm } from '../../core/algorithms.js'
import { ConfigError, privateKey, publicJwk } from '../../core/index.js'
import type { RingKey } from './ring-state.js'

/** Bits of an RSA modulus: 128 bits of strength, as ASVS 11.2.3 asks. */
const modulusLength = 3072

const generate = promisify(generateKeyPair)

/**
 * Makes a key pair for an algorithm; its `kid` is the RFC 7638 thumbprint.
 *
 * @throws ConfigError for an HMAC algorithm, whose keys can not be published
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
      return (await generate('rsa', { modulusLength })).privateKey
    case 'ec':
      return (await generate('ec', { namedCurve: row.curve })).privateKey
    case 'plain':
      return generatePlain(row.keyType)
    case 'hmac':
      throw new ConfigError('algorithm', 'is an HMAC algorithm, whose keys can not be published')
  }
}

/** The type definitions do not know every type that a newer runtime has, nor one signature for all of them. */
function generatePlain(keyType: string): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _: unknown, key: KeyObject) => {
      if (error) reject(error)
      else resolve(key)
    }
    Reflect.apply(generateKeyPair, undefined, [keyType, {}, done])
  })
}
