import { createSecretKey } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { type OptionTable, readOptions, unchecked } from '../foundation/options.js'
import { knownRow, type Algorithm } from './algorithms.js'
import { isJwk } from './jwk.js'
import { checkUse, permits } from './jwk-use.js'
import { Key } from './key.js'
import { keyTable, kidOf, nameKey, type KeyOptions } from './kid.js'
import { checkSecret, readSecret, type KnownSecrets, type SecretInput } from './strength/secret.js'

/** {@link KeyOptions} of a shared secret. */
export interface HmacKeyOptions extends KeyOptions {
  /** Secrets that others know. None of them is accepted, however it is encoded. Default: none. */
  readonly knownSecrets?: KnownSecrets
  /**
   * Whether to refuse text, a UUID, repeats and any other secret that can be guessed. Default `refuse`; `accept` is for
   * published test vectors, and for moving a service whose secret cannot be changed in the same step.
   */
  readonly guessable?: 'refuse' | 'accept'
}

/** Options of `hmacKey`. */
export const hmacKeyTable = {
  ...keyTable,
  knownSecrets: unchecked<KnownSecrets>('list or set of secrets'),
  guessable: unchecked<HmacKeyOptions['guessable']>('`accept` or `refuse`'),
} satisfies OptionTable<keyof HmacKeyOptions>

/**
 * A shared secret for HS256, HS384 or HS512 (RFC 7518 section 3.2): at least as many random bytes as the hash is long.
 *
 * Text is refused, because it may be the secret or an encoding of it.
 *
 * @throws ConfigError for text, a short, guessable or known secret, or bytes that hold a public key
 * @example const key = hmacKey(Buffer.from(process.env.SECRET ?? '', 'base64'), 'HS256')
 */
export function hmacKey(secret: SecretInput, alg: Algorithm, options: HmacKeyOptions = {}): Key {
  readOptions('hmacKey', hmacKeyTable, options)
  const row = knownRow(alg)
  if (row.kind !== 'hmac')
    throw new ConfigError('hmacKey.alg', `${alg} is not an HMAC algorithm; use publicKey`)
  checkUse(secret, alg, 'verify')
  const jwkKid = kidOf(secret)
  const bytes = readSecret(secret)
  checkSecret(bytes, {
    leastBytes: row.bytes,
    known: options.knownSecrets,
    guessable: options.guessable,
  })
  const material = createSecretKey(bytes)
  return new Key(alg, {
    material,
    ...nameKey(material, options.kid ?? jwkKid),
    maySign: !isJwk(secret) || permits(secret, 'sign'),
  })
}
