import { createSecretKey } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { type OptionTable, readOptions, unchecked } from '../foundation/options.js'
import { knownRow, type Algorithm } from './algorithms.js'
import { isJwk } from './jwk.js'
import { checkUse, permits } from './jwk-use.js'
import { Key } from './key.js'
import { keyTable, kidOf, nameKey, type KeyOptions } from './kid.js'
import type { Exceptions } from './strength/exceptions.js'
import { checkSecret, readSecret, type KnownSecrets, type SecretInput } from './strength/secret.js'

/** {@link KeyOptions} of a shared secret. */
export interface HmacKeyOptions extends KeyOptions {
  /** Secrets that others know. None of them is accepted, however it is encoded. Default: none. */
  readonly knownSecrets?: KnownSecrets
  /**
   * Exceptions that are accepted until a day: `{ 'short-secret': '2027-06-30' }` takes a secret that is short or can be guessed,
   * for moving a service whose secret cannot be changed in the same step. Default: those of `JOTGATE_ACCEPT`.
   */
  readonly accept?: Exceptions
}

/** Options of `hmacKey`. */
export const hmacKeyTable = {
  ...keyTable,
  knownSecrets: unchecked<KnownSecrets>('list or set of secrets'),
  accept: unchecked<Exceptions>('names of exceptions with their last day'),
} satisfies OptionTable<keyof HmacKeyOptions>

/**
 * A shared secret for HS256, HS384 or HS512 (RFC 7518 section 3.2): at least as many random bytes as the hash is long.
 *
 * Text is refused, because it may be the secret or an encoding of it.
 *
 * @throws ConfigError for text, a short, guessable or known secret, or bytes that hold a public key; `accept` names the one
 * exception
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
    accept: options.accept,
  })
  const material = createSecretKey(bytes)
  return new Key(alg, {
    material,
    ...nameKey(material, options.kid ?? jwkKid),
    maySign: !isJwk(secret) || permits(secret, 'sign'),
  })
}
