import { ConfigError } from '../foundation/errors.js'
import {
  func,
  milliseconds,
  oneOf,
  optionalFunc,
  type OptionTable,
  readOptions,
  value,
} from '../foundation/options.js'
import { algorithmRow, isAlgorithm, isSymmetric, type Algorithm } from './algorithms.js'
import { checkFits } from './checks.js'
import { readPublicKey, type AsymmetricInput } from './import.js'
import { checkUse } from './jwk-use.js'
import { Key } from './key.js'
import { keyTable, kidOf, nameKey, type KeyOptions } from './kid.js'
import { powersOf } from './powers.js'
import {
  signElsewhere,
  type ExternalKeyEvent,
  type ExternalSign,
} from './signature/sign-elsewhere.js'

/** Options of {@link externalKey}. */
export interface ExternalKeyOptions extends KeyOptions {
  /** An algorithm with public keys; the one that the service signs with. */
  readonly alg: Algorithm
  /** The public half, as the service shows it: PEM text, DER bytes, a JWK or a `KeyObject`. */
  readonly publicKey: AsymmetricInput
  /** Has the bytes signed where the private key is; called for every token. */
  readonly sign: ExternalSign
  /**
   * The form of the ECDSA signatures that `sign` resolves with, named as in node:crypto: `der` (AWS KMS, Google Cloud
   * KMS), or `ieee-p1363`, R and S of fixed length one after the other, as a JWS has them (Azure Key Vault, PKCS#11,
   * WebCrypto, Vault with `marshaling_algorithm: 'jws'`). Never guessed: a few DER signatures are as long as the other
   * form. Default `ieee-p1363`.
   */
  readonly dsaEncoding?: 'ieee-p1363' | 'der'
  /** Milliseconds that `sign` may take, its retries included; after that the answer is 503. Default 2000, at most 60000. */
  readonly deadlineMs?: number
  /** Called for every token that could not be signed. What it throws is dropped. */
  readonly onEvent?: (event: ExternalKeyEvent) => void
}

const dsaEncodings = ['ieee-p1363', 'der'] as const

/** Options of `externalKey`. */
export const externalKeyTable = {
  alg: value('algorithm with public keys', readAlgorithm),
  kid: keyTable.kid,
  publicKey: value('public key', (given) => given as AsymmetricInput), // readPublicKey looks at it
  sign: func<ExternalSign>(),
  dsaEncoding: oneOf(dsaEncodings, { default: 'ieee-p1363' }),
  deadlineMs: milliseconds({ default: 2000, most: 60_000 }),
  onEvent: optionalFunc<NonNullable<ExternalKeyOptions['onEvent']>>(),
} satisfies OptionTable<keyof ExternalKeyOptions>

/**
 * A private key that never enters this process: a KMS, an HSM or Vault signs. It is used like any private key, with
 * `createSigner`, `createSessions` (by its signer) and `signCompact`.
 *
 * Each signature is verified with `publicKey` before it is given out. When `sign` fails, is late, or makes a signature
 * that is not right, signing rejects with AuthError KEYS_UNAVAILABLE (503, `retryAfter` 1) and `onEvent` is called.
 *
 * Not for: `createKeyRing`, which makes its keys itself and keeps them encrypted in a store.
 *
 * @throws ConfigError when an option is missing or unknown, or the public key is a private one or does not fit `alg`
 * @example
 * const key = externalKey({ alg: 'ES256', kid: '2026-11', publicKey: pem, dsaEncoding: 'der', sign: signWithKms })
 * const sign = createSigner({ key, issuer, audience, expiresIn: '15m' })
 */
export function externalKey(options: ExternalKeyOptions): Key {
  const { alg, kid, publicKey, ...rest } = readOptions('externalKey', externalKeyTable, options)
  if (rest.dsaEncoding === 'der' && algorithmRow(alg).kind !== 'ec')
    throw new ConfigError('externalKey.dsaEncoding', `is for ECDSA, and ${alg} is none`)
  checkUse(publicKey, alg, 'verify')
  const jwkKid = kidOf(publicKey)
  const material = readPublicKey(publicKey)
  checkFits('publicKey', material, alg)
  const name = nameKey(material, kid ?? jwkKid)
  const half = powersOf(alg, { material, maySign: false })
  return new Key(alg, {
    ...name,
    material,
    maySign: true,
    signElsewhere: signElsewhere({ ...rest, alg, kid: name.kid, half }),
  })
}

function readAlgorithm(given: unknown, option: string): Algorithm {
  if (isAlgorithm(given) && !isSymmetric(given)) return given
  throw new ConfigError(option, 'must be an algorithm with public keys')
}
