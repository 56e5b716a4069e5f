import { holdsPoint, isCompressedPoint } from './elliptic-curve.js'
import { oddPrimesUpTo } from './primes.js'

/** Texts that occur in public keys and certificates, in lower case: PEM, JWK, SSH, PGP, XML. */
const markers = [
  ...['-----begin', '---- begin', 'public key', 'certificate'],
  ...['"kty"', 'ssh-rsa', 'ssh-dss', 'ssh-ed', 'ecdsa-sha2-', '<modulus>'],
]

/** Object identifiers of key types as DER has them: RSA, EC, X25519, X448, Ed25519, Ed448, ML-DSA. */
const identifiers = [
  ...['06092a864886f70d0101', '06072a8648ce3d0201'],
  ...['06032b656e', '06032b656f', '06032b6570', '06032b6571', '06096086480165030403'],
].map((hex) => Buffer.from(hex, 'hex'))

/** The length of an RSA public key of 512 bits: two numbers and their heads. */
const leastPkcs1 = 70
/** In longer secrets only markers and identifiers are looked for, not points. */
const longestForPoints = 1024
const modulusBytes = [256, 384, 512]
/** An RSA modulus has no small factor. Only one in nine random odd numbers of its length has none either. */
const smallPrimes = oddPrimesUpTo(7919)

/**
 * Whether bytes hold a public key or certificate in any encoding, anywhere: PEM, DER (SPKI, PKCS#1, X.509), JWK or JWK
 * set, SSH, raw points and moduli, each of them also as base64, base64url, hexadecimal or UTF-16. Base64 of base64, as
 * in a Kubernetes secret that was encoded by hand, is read too. A public key is known to everyone, so it must never be
 * an HMAC secret (RFC 8725 section 2.1).
 *
 * Not recognised: a bare Ed25519 key and the x of a curve point without its y, which look like any other random bytes,
 * and keys that are compressed.
 *
 * @example holdsPublicKey(readFileSync('public.pem')) // true
 */
export function holdsPublicKey(secret: Uint8Array): boolean {
  const bytes = Buffer.from(secret)
  // Without zero bytes, UTF-16 is the same text.
  const text = Buffer.from(bytes.filter((byte) => byte !== 0))
  const once = decodings(text)
  const whole = [bytes, trimmed(text), ...once, ...once.flatMap(decodings)]
  return whole.some(isBareKey) || [...whole, ...shiftedDecodings(text)].some(holdsKey)
}

function holdsKey(bytes: Buffer): boolean {
  return (
    holdsMarker(bytes.toString('latin1')) ||
    identifiers.some((identifier) => bytes.includes(identifier)) ||
    holdsPkcs1(bytes) ||
    (bytes.byteLength <= longestForPoints && holdsPoint(bytes))
  )
}

function holdsMarker(text: string): boolean {
  // JSON can spell any character as an escape.
  const plain = text.replace(/\\u00([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const lower = plain.toLowerCase()
  return markers.some((marker) => lower.includes(marker))
}

/** SEQUENCE of exactly two INTEGERs (RFC 8017 appendix A.1.1). */
function holdsPkcs1(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(0x30); at >= 0; at = bytes.indexOf(0x30, at + 1)) {
    const sequence = elementAt(bytes, at, 0x30)
    const modulus = sequence && elementAt(bytes, sequence.content, 0x02)
    const exponent = modulus && elementAt(bytes, modulus.end, 0x02)
    if (exponent && exponent.end === sequence.end && sequence.end - at >= leastPkcs1) return true
  }
  return false
}

/** Where the content of a DER element begins and ends; undefined when there is no such element inside the bytes. */
function elementAt(bytes: Buffer, at: number, tag: number) {
  const first = bytes[at + 1]
  if (bytes[at] !== tag || first === undefined) return undefined
  const octets = first < 128 ? 0 : first - 128
  const content = at + 2 + octets
  if (octets > 3 || content > bytes.byteLength) return undefined
  const end = content + (octets === 0 ? first : bytes.readUIntBE(at + 2, octets))
  return end <= bytes.byteLength ? { content, end } : undefined
}

/** Whether this is a bare number, recognised by its length and form alone. */
function isBareKey(bytes: Buffer): boolean {
  if (isCompressedPoint(bytes)) return true
  const number = bytes[0] === 0 ? bytes.subarray(1) : bytes
  if (!modulusBytes.includes(number.byteLength) || (number[0] ?? 0) < 128) return false
  const modulus = BigInt(`0x${number.toString('hex')}`)
  return modulus % 2n === 1n && smallPrimes.every((prime) => modulus % prime !== 0n)
}

/** The text without white space, quotes and byte order mark around it. */
function trimmed(text: Buffer): Buffer {
  const inner = text.toString('latin1').replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
  return Buffer.from(inner.replace(/^[\s"']+|[\s"']+$/g, ''), 'latin1')
}

/** The bytes of the whole text as base64, base64url or hexadecimal. */
function decodings(text: Buffer): readonly Buffer[] {
  const compact = trimmed(text).toString('latin1').replace(/[\s:]/g, '')
  const found: Buffer[] = []
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) found.push(Buffer.from(compact, 'base64'))
  if (/^(?:[0-9a-f]{2})+$/i.test(compact)) found.push(Buffer.from(compact, 'hex'))
  return found
}

/** The bytes of base64 or hexadecimal anywhere inside the text, whatever comes before and after. */
function shiftedDecodings(text: Buffer): readonly Buffer[] {
  const latin1 = text.toString('latin1')
  const base64 = latin1.replace(/[^A-Za-z0-9+/_-]/g, '')
  const digits = (latin1.replace(/[\s:]/g, '').match(/[0-9a-f]{40,}/gi) ?? []).join('')
  return [
    ...[0, 1, 2, 3].map((shift) => Buffer.from(base64.slice(shift), 'base64')),
    ...[0, 1].map((shift) => Buffer.from(digits.slice(shift), 'hex')),
  ]
}
