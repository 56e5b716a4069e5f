import { ConfigError } from '../foundation/errors.js'
import { readOptions } from '../foundation/options.js'
import { knownRow, type Algorithm } from './algorithms.js'
import { checkFits, checkPair } from './checks.js'
import { readPrivateKey, readPublicKey, type AsymmetricInput } from './import.js'
import { checkUse } from './jwk-use.js'
import { Key } from './key.js'
import { keyTable, kidOf, nameKey, type KeyOptions } from './kid.js'

/**
 * The public half of a key pair, for verifying. Private material is refused: a verifier does not need it.
 *
 * @throws ConfigError when the material is not a public key, or does not fit the algorithm
 * @example const key = publicKey(readFileSync('public.pem', 'utf8'), 'ES256')
 */
export function publicKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  readOptions('publicKey', keyTable, options)
  requireAsymmetric('publicKey', alg)
  checkUse(input, alg, 'verify')
  const jwkKid = kidOf(input)
  const material = readPublicKey(input)
  checkFits('publicKey', material, alg)
  return new Key(alg, { material, ...nameKey(material, options.kid ?? jwkKid), maySign: false })
}

/**
 * A private key, for signing.
 *
 * @throws ConfigError when the material is not a private key, or does not fit the algorithm
 * @example const key = privateKey(readFileSync('private.pem', 'utf8'), 'ES256')
 */
export function privateKey(input: AsymmetricInput, alg: Algorithm, options: KeyOptions = {}): Key {
  readOptions('privateKey', keyTable, options)
  requireAsymmetric('privateKey', alg)
  checkUse(input, alg, 'sign')
  const jwkKid = kidOf(input)
  const material = readPrivateKey(input)
  checkFits('privateKey', material, alg)
  checkPair(material)
  return new Key(alg, { material, ...nameKey(material, options.kid ?? jwkKid), maySign: true })
}

function requireAsymmetric(option: string, alg: Algorithm): void {
  if (knownRow(alg).kind === 'hmac')
    throw new ConfigError(`${option}.alg`, `${alg} takes a secret; use hmacKey`)
}
