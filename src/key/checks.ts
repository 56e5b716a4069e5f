import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { algorithmRow, type Algorithm } from './algorithms.js'
import { ConfigError } from '../foundation/errors.js'
import { isSmallOrder } from './strength/small-order.js'
import { isRocaModulus } from './strength/roca.js'

/** FIPS 186-5 section 5.1: a larger exponent only makes verification slow. */
const largestExponent = 2n ** 256n

/**
 * Checks that the type, curve and size of a key are those that its algorithm needs. node:crypto does not: it verifies
 * ES256 with a P-384 key.
 *
 * @throws ConfigError saying which key the algorithm needs
 * @example checkFits('publicKey', material, 'ES256')
 */
export function checkFits(option: string, material: KeyObject, alg: Algorithm): void {
  const row = algorithmRow(alg)
  const details = material.asymmetricKeyDetails
  switch (row.kind) {
    case 'rsa':
    case 'pss':
      if (material.asymmetricKeyType === 'rsa-pss')
        throw new ConfigError(
          option,
          `${alg} needs a plain RSA key (rsaEncryption); a JWS cannot carry RSASSA-PSS parameters`,
        )
      if (material.asymmetricKeyType !== 'rsa')
        throw new ConfigError(option, `${alg} needs an RSA key`)
      checkRsa(option, material)
      return
    case 'ec':
      if (material.asymmetricKeyType !== 'ec' || details?.namedCurve !== row.curve)
        throw new ConfigError(option, `${alg} needs an EC key on ${row.crv}`)
      return
    case 'plain':
      // The type definitions do not list every key type of a newer runtime.
      if (String(material.asymmetricKeyType) !== row.keyType)
        throw new ConfigError(option, `${alg} needs an ${row.crv} key`)
      if (isSmallOrder(material))
        throw new ConfigError(
          option,
          'is a point of small order, for which anyone can make signatures; it is no real key',
        )
      return
    case 'hmac':
      throw new ConfigError(`${option}.alg`, `${alg} takes a secret; use hmacKey`)
  }
}

/**
 * Checks that the two halves of a private key belong together, by signing and verifying once. node:crypto accepts a
 * public half of another key, and makes signatures that never verify.
 *
 * @throws ConfigError when the halves do not belong together
 * @example checkPair(createPrivateKey(pem))
 */
export function checkPair(material: KeyObject): void {
  const hash = ['rsa', 'ec'].includes(material.asymmetricKeyType ?? '') ? 'sha256' : null
  const probe = Buffer.from('one signature, to see that it verifies')
  if (!signsWhatItVerifies(material, hash, probe))
    throw new ConfigError('privateKey', 'has a public half that belongs to another key')
}

function signsWhatItVerifies(material: KeyObject, hash: string | null, probe: Buffer): boolean {
  try {
    return verify(hash, probe, createPublicKey(material), sign(hash, probe, material))
  } catch {
    return false // OpenSSL refuses to use such a key at all
  }
}

/** RFC 7518 section 3.3: at least 2048 bits; above 8192 a verification takes so long that it could be an attack. */
function checkRsa(option: string, material: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = material.asymmetricKeyDetails ?? {}
  if (modulusLength < 2048 || modulusLength > 8192)
    throw new ConfigError(option, 'an RSA key must have 2048 to 8192 bits; make a new one')
  if (publicExponent < 65_537n || publicExponent % 2n === 0n || publicExponent >= largestExponent)
    throw new ConfigError(
      option,
      'an RSA key must have an odd public exponent of at least 65537 and below 2^256; make a new one',
    )
  const modulus = modulusOf(material)
  if (modulus % 2n === 0n) throw new ConfigError(option, 'an RSA modulus must be odd')
  if (isRocaModulus(modulus))
    throw new ConfigError(
      option,
      'this RSA key can be factored (ROCA, CVE-2017-15361); replace it and the device that made it',
    )
}

function modulusOf(material: KeyObject): bigint {
  const { n = '' } = (material.type === 'private' ? createPublicKey(material) : material).export({
    format: 'jwk',
  })
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)
}
