import { ConfigError } from '../foundation/errors.js'
import {
  type Algorithm,
  type Key,
  hmacKey,
  privateKey,
  publicKey,
  verificationKey,
} from '../key/index.js'
import { badUsage, problemOf } from './command-error.js'
import { takesSecret } from './fitting.js'
import { isConfidential, isSecret, type KeyMaterial } from './key-file.js'

/** The use of a key: its algorithm and its name; `place` is the option named in messages. */
export interface KeyUse {
  readonly alg: Algorithm
  readonly kid?: string | undefined
  readonly place: string
}

/**
 * A key for signing: a private key, or a shared secret.
 *
 * @throws CommandError with exit code 2
 */
export function signingKey(material: KeyMaterial, use: KeyUse): Key {
  if (!isConfidential(material))
    throw badUsage(`${use.place}: holds a public key; signing needs the private one`)
  return isSecret(material) ? secretKey(material, use) : importKey(use, material, privateKey)
}

/**
 * A key for verifying: a public key, the public half of a private one, or a shared secret.
 *
 * @throws CommandError with exit code 2
 */
export function checkingKey(material: KeyMaterial, use: KeyUse): Key {
  if (isSecret(material)) return secretKey(material, use)
  return isConfidential(material)
    ? verificationKey(importKey(use, material, privateKey))
    : importKey(use, material, publicKey)
}

function secretKey(material: KeyMaterial, use: KeyUse): Key {
  if (takesSecret(use.alg) && isSecret(material))
    return importKey(use, material, (input, ...rest) => hmacKey(input, ...rest))
  throw badUsage(`${use.place}: holds a secret, but ${use.alg} needs a key pair`)
}

function importKey<Material extends KeyMaterial>(
  { alg, kid, place }: KeyUse,
  material: Material,
  make: (input: Material, alg: Algorithm, options: { kid?: string }) => Key,
): Key {
  if (takesSecret(alg) && !isSecret(material))
    throw badUsage(`${place}: holds no secret, but ${alg} needs one, as an oct JWK`)
  try {
    return make(material, alg, kid === undefined ? {} : { kid })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw badUsage(`${place}: ${problemOf(error)}`)
  }
}
