import { KeyObject } from 'node:crypto'
import { holdsPublicKey } from './encoded-key.js'
import { ConfigError } from '../../foundation/errors.js'
import { isJwk, keyMembers, type JwkInput } from '../jwk.js'
import { acceptedUntil, warnOfException, type Exceptions } from './exceptions.js'
import { estimateEntropy } from './secret-entropy.js'
import { isBytes } from '../../foundation/realms.js'

/** A shared secret in any usual form: its bytes, a JWK with `kty` "oct", or a secret `KeyObject`. */
export type SecretInput = Uint8Array | JwkInput | KeyObject

/**
 * Copies the bytes of a secret, so that the caller can wipe the original.
 *
 * @throws ConfigError for text, because it may be the secret or an encoding of it
 * @example readSecret({ kty: 'oct', k: 'AAEC' }) // <Buffer 00 01 02>
 */
export function readSecret(input: unknown): Buffer {
  if (isBytes(input)) return Buffer.from(input)
  if (typeof input === 'string')
    throw new ConfigError(
      'hmacKey',
      "takes bytes, not text: pass Buffer.from(secret, 'base64') for an encoded secret, Buffer.from(secret) for text",
    )
  if (input instanceof KeyObject) {
    if (input.type === 'secret') return input.export()
    throw new ConfigError('hmacKey', `was given a ${input.type} key; pass it to ${input.type}Key`)
  }
  if (!isJwk(input) || input.kty !== 'oct')
    throw new ConfigError('hmacKey', 'takes a Uint8Array or a JWK with kty "oct" and k')
  return Buffer.from(keyMembers(input, 'sign')['k'] ?? '', 'base64url')
}

/** Secrets that others know: a set of texts, or any list of texts and bytes. */
export type KnownSecrets = Iterable<string | Uint8Array> | ReadonlySet<string>

/**
 * For random bytes, hexadecimal and base64 the estimate is up to an eighth too low, so 112 bits count as 128. Random
 * characters have two thirds of the entropy that they could have; words, runs and repeats have less than half.
 */
const leastBits = 112
const leastShare = 0.46

/** The requirements for a secret. */
export interface SecretPolicy {
  readonly leastBytes: number
  /** Default: none. */
  readonly known?: KnownSecrets | undefined
  /** Exceptions that the program names. Default: those of `JOTGATE_ACCEPT`. */
  readonly accept?: Exceptions | undefined
}

const advice = 'make one with randomBytes(64) of node:crypto'
const wayOut =
  ', or take it until a day with the exception short-secret (JOTGATE_ACCEPT=short-secret:YYYY-MM-DD)'

/**
 * Refuses a secret that is short (RFC 7518 section 3.2), known, guessable (RFC 8725 section 3.5), or a public key (RFC
 * 8725 section 2.1).
 *
 * @throws ConfigError with the reason, and no part of the secret
 * @example checkSecret(randomBytes(32), { leastBytes: 32 })
 */
export function checkSecret(
  secret: Buffer,
  { leastBytes, known = [], accept }: SecretPolicy,
): void {
  if (secret.byteLength === 0)
    throw new ConfigError('hmacKey', `must be at least ${String(leastBytes)} bytes long; ${advice}`)
  if (holdsPublicKey(secret))
    throw new ConfigError('hmacKey', `holds a public key, which is no secret; ${advice}`)
  if (isKnown(secret, known))
    throw new ConfigError('hmacKey', `is one of the knownSecrets; ${advice}`)
  const weakness = weaknessOf(secret, leastBytes)
  if (weakness === undefined) return
  const until = acceptedUntil('short-secret', accept)
  if (until === undefined) throw new ConfigError('hmacKey', `${weakness}; ${advice}${wayOut}`)
  warnOfException('short-secret', until, `An HMAC secret ${weakness}: ${advice}, and take both.`)
}

/**
 * The last day on which a process may start with an HS256 secret that is short or can be guessed; undefined for any other.
 *
 * @throws ConfigError as {@link acceptedUntil}
 * @example shortSecretUntil(Buffer.from('secret'), { 'short-secret': '2027-06-30' }) // '2027-06-30'
 */
export function shortSecretUntil(secret: Uint8Array, accept?: Exceptions): string | undefined {
  const isWeak = weaknessOf(Buffer.from(secret), hs256Bytes) !== undefined
  return isWeak ? acceptedUntil('short-secret', accept) : undefined
}

const hs256Bytes = 32

function weaknessOf(secret: Buffer, leastBytes: number): string | undefined {
  if (secret.byteLength < leastBytes) return `must be at least ${String(leastBytes)} bytes long`
  const found = readings(secret)
  if (found.some(isUuid)) return 'can be guessed: it is a UUID, which has at most 122 random bits'
  if (found.some(isGuessable)) return 'can be guessed: it is text, or repeats itself'
  return undefined
}

/** It has 122 random bits, and fewer in the versions with a time and a node (RFC 9562 section 5). */
function isUuid(secret: Buffer): boolean {
  return /^[{"]?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[}"]?$/i.test(secret.toString('latin1'))
}

function isGuessable(secret: Buffer): boolean {
  const { bits, share } = estimateEntropy(secret)
  return bits < leastBits || share < leastShare
}

/** The secret, and the text that it encodes, if any: base64 of a word is no better than the word. */
function readings(secret: Buffer): readonly Buffer[] {
  const text = secret.toString('latin1').trim()
  const found = [secret, Buffer.from(text, 'latin1')]
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) found.push(Buffer.from(text, 'base64'))
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) found.push(Buffer.from(text, 'hex'))
  // 32 random bytes are all printable once in 2^43.
  return found.filter((reading, at) => at === 0 || /^[\t-\r -~]+$/.test(reading.toString('latin1')))
}

/** Whether a list contains the secret, as it is or in one of the usual encodings. */
function isKnown(secret: Buffer, known: KnownSecrets): boolean {
  // A text is iterable too, but its characters are not secrets.
  if (typeof known !== 'object' || !(Symbol.iterator in known))
    throw new ConfigError('hmacKey.knownSecrets', 'must be a list or a set')
  const text = secret.toString()
  const base64 = secret.toString('base64')
  const names = new Set([
    // Bytes that are not UTF-8 are not text, and cannot be on a list of texts.
    ...(Buffer.from(text).equals(secret) ? [text, text.trim(), text.replace(/\n$/, '')] : []),
    ...[base64, base64.replace(/=+$/, ''), secret.toString('base64url'), secret.toString('hex')],
  ])
  if ('has' in known) return [...names].some((name) => known.has(name))
  for (const each of known) {
    if (typeof each === 'string' ? names.has(each) : secret.equals(each)) return true
  }
  return false
}
