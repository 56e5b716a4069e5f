/**
 * The two spellings of an ECDSA signature: R ‖ S of fixed length, as JWS has it (RFC 7518 section 3.4), and DER
 * (RFC 3279 section 2.2.3), as OpenSSL has it. The conversion is done here because the `dsaEncoding` option of
 * node:crypto costs 1.4x for a verification and 2.2x for a signature on Node 24.
 */

const sequence = 0x30
const integer = 0x02
/** Means that the next octet is the length. Needed from 128 on, which only P-521 reaches. */
const longForm = 0x81

/** Three octets of header, and twice two more, a sign octet and the 66 octets of P-521. */
const longestDer = 141

/** The latest DER signature. A new buffer and views for each would cost 1 % of a verification. */
const der = Buffer.alloc(longestDer)
const derViews = Array.from({ length: longestDer + 1 }, (_, length) => der.subarray(0, length))

/**
 * R ‖ S → DER. The caller has checked the length; OpenSSL refuses zero and numbers that are too large. The bytes are
 * valid until the next call.
 *
 * @example verify('sha256', data, key, concatenatedToDer(signature))
 */
export function concatenatedToDer(signature: Uint8Array): Buffer {
  const half = signature.byteLength / 2
  const r = skipZeros(signature, 0, half)
  const s = skipZeros(signature, half, half * 2)
  const length =
    signature.byteLength - r - (s - half) + signBit(signature, r) + signBit(signature, s) + 4
  const start = length < 128 ? 2 : 3
  der[0] = sequence
  if (start === 3) der[1] = longForm
  der[start - 1] = length
  const next = writeInteger(signature, { at: start, from: r, end: half })
  writeInteger(signature, { at: next, from: s, end: half * 2 })
  return derViews[start + length] ?? der
}

/** Where to write an INTEGER, and its octets `from` to `end`; a zero octet goes first if it would read as negative. */
interface Digits {
  readonly at: number
  readonly from: number
  readonly end: number
}

/** Writes an INTEGER into {@link der}. Returns the position of the next element. */
function writeInteger(signature: Uint8Array, { at, from, end }: Digits): number {
  const sign = signBit(signature, from)
  der[at] = integer
  der[at + 1] = sign + end - from
  der[at + 2] = 0
  let to = at + 2 + sign
  for (let i = from; i < end; i++) der[to++] = signature[i] ?? 0
  return to
}

/**
 * DER → R ‖ S of `bytes` octets. Strict: minimal lengths, minimal positive integers, nothing after them.
 *
 * @throws RangeError for anything that is not the one DER encoding of two numbers of that size.
 * @example derToConcatenated(sign('sha256', data, key), 64)
 */
export function derToConcatenated(der: Uint8Array, bytes: number): Buffer {
  const start = der[1] === longForm ? 3 : 2
  const length = der[start - 1] ?? 0
  const isLongFormDue = length >= 128
  if (der[0] !== sequence || length !== der.byteLength - start || isLongFormDue !== (start === 3)) {
    throw malformed()
  }
  const out = Buffer.allocUnsafe(bytes) // from Node's pool, in a third of the time; every octet is written below
  const half = bytes / 2
  const next = readInteger(der, start, { out, from: 0, end: half })
  if (readInteger(der, next, { out, from: half, end: bytes }) !== der.byteLength) throw malformed()
  return out
}

/** Where to write the digits of an INTEGER: at the right end, after zeros. */
interface Target {
  readonly out: Buffer
  readonly from: number
  readonly end: number
}

/** Copies the INTEGER at `offset`. Returns the position of the next element. */
function readInteger(der: Uint8Array, offset: number, { out, from, end }: Target): number {
  const length = der[offset + 1] ?? 0
  const after = offset + 2 + length
  const first = der[offset + 2] ?? 0
  const second = der[offset + 3] ?? 0
  const isMinimal = length > 0 && (length === 1 || first !== 0 || second >= 128)
  if (der[offset] !== integer || after > der.byteLength || first >= 128 || !isMinimal)
    throw malformed()
  const digits = first === 0 ? length - 1 : length
  if (digits > end - from) throw malformed()
  out.fill(0, from, end - digits)
  for (let i = 1; i <= digits; i++) out[end - i] = der[after - i] ?? 0
  return after
}

/** Where the number between two positions begins without its leading zeros; it has at least one octet. */
function skipZeros(signature: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end - 1 && signature[at] === 0) at++
  return at
}

/** 1 when a number with this first octet would read as negative and needs an octet in front. */
function signBit(signature: Uint8Array, from: number): 0 | 1 {
  return (signature[from] ?? 0) >= 128 ? 1 : 0
}

function malformed(): RangeError {
  return new RangeError('not the DER encoding of an ECDSA signature')
}
