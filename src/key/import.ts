import { createPrivateKey, createPublicKey, KeyObject, X509Certificate } from 'node:crypto'
import { ConfigError } from '../foundation/errors.js'
import { isJwk, keyMembers, secretMembers, type JwkInput } from './jwk.js'
import { ownCopy } from './own-copy.js'
import { whyNotPem } from './not-pem.js'
import { readPem } from './pem.js'
import { isBytes } from '../foundation/realms.js'

/**
 * Key material in any usual form: PEM text (SPKI, PKCS#8, PKCS#1, SEC 1, X.509 certificate), DER of the same kinds, a
 * JWK (RFC 7517), or a `KeyObject` of node:crypto.
 */
export type AsymmetricInput = string | Uint8Array | JwkInput | KeyObject

type Reader = (der: Buffer) => KeyObject

const publicReaders: Readonly<Record<string, Reader>> = {
  'PUBLIC KEY': (key) => createPublicKey({ key, format: 'der', type: 'spki' }),
  'RSA PUBLIC KEY': (key) => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
  CERTIFICATE: (der) => new X509Certificate(der).publicKey,
}

const privateReaders: Readonly<Record<string, Reader>> = {
  'PRIVATE KEY': (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
  'RSA PRIVATE KEY': (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
  'EC PRIVATE KEY': (key) => createPrivateKey({ key, format: 'der', type: 'sec1' }),
}

const privateGiven = 'was given a private key; pass its public half'

/**
 * Reads a public key. Private material is refused, not stripped: a verifier that holds it could be abused to sign.
 *
 * @throws ConfigError that says what to pass instead
 * @example readPublicKey(readFileSync('public.pem', 'utf8'))
 */
export function readPublicKey(input: AsymmetricInput): KeyObject {
  const option = 'publicKey'
  if (input instanceof KeyObject) {
    if (input.type === 'public') return ownCopy(input)
    throw new ConfigError(
      option,
      input.type === 'private' ? privateGiven : 'was given a secret key',
    )
  }
  if (typeof input === 'string') {
    const { label, der } = onlyBlock(option, input)
    if (Object.hasOwn(privateReaders, label)) throw new ConfigError(option, privateGiven)
    return readDer(option, der, pick(option, publicReaders, label))
  }
  if (isBytes(input)) {
    const der = asBuffer(input)
    // The public readers also accept a private PKCS#1 key, so private keys must be recognised first.
    if (tryReaders(der, Object.values(privateReaders))) throw new ConfigError(option, privateGiven)
    return readAnyDer(option, der, Object.values(publicReaders))
  }
  if (!isJwk(input)) throw unknownInput(option, input)
  if (secretMembers.some((name) => name in input)) throw new ConfigError(option, privateGiven)
  return withoutDetails(option, () =>
    createPublicKey({ key: keyMembers(input, 'verify'), format: 'jwk' }),
  )
}

/**
 * Reads a private key.
 *
 * @throws ConfigError that says what to pass instead
 * @example readPrivateKey(readFileSync('private.pem', 'utf8'))
 */
export function readPrivateKey(input: AsymmetricInput): KeyObject {
  const option = 'privateKey'
  if (input instanceof KeyObject) {
    if (input.type === 'private') return ownCopy(input)
    throw new ConfigError(option, `was given a ${input.type} key`)
  }
  if (typeof input === 'string') {
    const { label, der } = onlyBlock(option, input)
    return readDer(option, der, pick(option, privateReaders, label))
  }
  if (isBytes(input)) return readAnyDer(option, asBuffer(input), Object.values(privateReaders))
  if (!isJwk(input)) throw unknownInput(option, input)
  const members = keyMembers(input, 'sign')
  const key = withoutDetails(option, () => createPrivateKey({ key: members, format: 'jwk' }))
  const made = key.export({ format: 'jwk' })
  // Node computes the public half of an Edwards key itself, and ignores the one in the JWK.
  if (['x', 'y', 'pub'].some((name) => made[name] !== members[name]))
    throw new ConfigError(option, 'has a public half that belongs to another key')
  return key
}

function onlyBlock(option: string, text: string) {
  try {
    const [first, ...others] = readPem(text)
    if (first && others.length === 0) return first
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigError(option, error.message)
    throw error
  }
  throw new ConfigError(
    option,
    'must hold one key; of a certificate chain, pass the first certificate only',
  )
}

function pick(option: string, readers: Readonly<Record<string, Reader>>, label: string): Reader {
  const reader = Object.hasOwn(readers, label) ? readers[label] : undefined
  if (reader) return reader
  if (label === 'OPENSSH PRIVATE KEY')
    throw new ConfigError(
      option,
      'is an OpenSSH private key; convert it: ssh-keygen -p -m PKCS8 -f FILE',
    )
  if (Object.hasOwn(publicReaders, label))
    throw new ConfigError(option, 'was given a public key; pass the private key')
  throw new ConfigError(option, `takes PEM blocks of ${Object.keys(readers).join(', ')} only`)
}

function readAnyDer(option: string, der: Buffer, readers: readonly Reader[]): KeyObject {
  const key = tryReaders(der, readers)
  if (key) return readDer(option, der, () => key)
  throw new ConfigError(option, whyNotDer(der))
}

/** A file that was read without an encoding may hold any of the texts. */
function whyNotDer(bytes: Buffer): string {
  if (bytes.byteLength === 0) return 'is empty, and so not the DER of a key; is the file empty?'
  const text = bytes.toString('latin1')
  if (/[^\t\n\r\x20-\x7e]/.test(text) || text.includes('-----BEGIN '))
    return 'is not the DER of such a key; PEM must be passed as text'
  return whyNotPem(text)
}

function tryReaders(der: Buffer, readers: readonly Reader[]): KeyObject | undefined {
  for (const read of readers) {
    try {
      return read(der)
    } catch {
      // Not this kind. The next one may fit; the caller refuses if none does.
    }
  }
  return undefined
}

/** OpenSSL stops reading where the key ends. Bytes after it are a mistake or an attack. */
function readDer(option: string, der: Buffer, read: Reader): KeyObject {
  if (der.byteLength !== elementLength(der))
    throw new ConfigError(option, 'has bytes after the key')
  return withoutDetails(option, () => read(der))
}

/** The length of the DER element at the start, including its head; -1 above 64 KiB. */
function elementLength(der: Buffer): number {
  const first = der[1] ?? 0
  if (first < 128) return 2 + first
  const octets = first - 128
  if (octets > 2 || der.byteLength < 2 + octets) return -1
  return 2 + octets + (octets === 0 ? 0 : der.readUIntBE(2, octets))
}

/** Replaces the messages of node:crypto, which can contain parts of a key. */
function withoutDetails(option: string, read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(option, 'is damaged, or of a kind that this runtime does not support')
  }
}

function unknownInput(option: string, input: unknown): ConfigError {
  const isUnset = input === undefined ? 'is undefined; is the environment variable set? It ' : ''
  return new ConfigError(option, `${isUnset}takes PEM text, DER bytes, a JWK object or a KeyObject`)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
