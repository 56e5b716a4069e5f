/**
 * The two spellings of an ECDSA signature: R ‖ S of fixed length, as JWS has it (RFC 7518 section 3.4), and DER
 * (RFC 3279 section 2.2.3), as OpenSSL has it. Converting here lets node:crypto be given the bare key: its own
 * `dsaEncoding` option costs 1.4x a verification and 2.2x a signature on Node 24.
 */

const sequence = 0x30
const integer = 0x02
/** The length octet that says: the next one is the length. Needed from 128 on, which only P-521 reaches. */
const longForm = 0x81

/**
 * R ‖ S → DER. The caller has checked that the length is the curve's; zero and too large numbers are left to OpenSSL.
 *
 * @example verify('sha256', data, key, concatenatedToDer(signature))
 */
export function concatenatedToDer(signature: Uint8Array): Buffer {
  const half = signature.byteLength / 2
  const r = trimmed(signature.subarray(0, half))
  const s = trimmed(signature.subarray(half))
  const rLength = r.byteLength + signBit(r)
  const sLength = s.byteLength + signBit(s)
  const length = rLength + sLength + 4
  const start = length < 128 ? 2 : 3
  // Zero filled: the octet that keeps a number positive is there already.
  const der = Buffer.alloc(start + length)
  der[0] = sequence
  if (start === 3) der[1] = longForm
  der[start - 1] = length
  der[start] = integer
  der[start + 1] = rLength
  der.set(r, start + 2 + signBit(r))
  der[start + 2 + rLength] = integer
  der[start + 3 + rLength] = sLength
  der.set(s, start + 4 + rLength + signBit(s))
  return der
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
  const out = Buffer.alloc(bytes)
  const half = bytes / 2
  const next = putInteger(der, start, out.subarray(0, half))
  if (putInteger(der, next, out.subarray(half)) !== der.byteLength) throw malformed()
  return out
}

/** Copies the INTEGER at `offset` to the right end of `target`; answers where the next element begins. */
function putInteger(der: Uint8Array, offset: number, target: Buffer): number {
  const length = der[offset + 1] ?? 0
  const end = offset + 2 + length
  const first = der[offset + 2] ?? 0
  const second = der[offset + 3] ?? 0
  const isMinimal = length > 0 && (length === 1 || first !== 0 || second >= 128)
  if (der[offset] !== integer || end > der.byteLength || first >= 128 || !isMinimal)
    throw malformed()
  const digits = der.subarray(first === 0 ? offset + 3 : offset + 2, end)
  if (digits.byteLength > target.byteLength) throw malformed()
  target.set(digits, target.byteLength - digits.byteLength)
  return end
}

/** Without leading zeros, but at least one octet. */
function trimmed(number: Uint8Array): Uint8Array {
  let zeros = 0
  while (zeros < number.byteLength - 1 && number[zeros] === 0) zeros++
  return number.subarray(zeros)
}

/** 1 when the number would read as negative and needs an octet in front. */
function signBit(number: Uint8Array): 0 | 1 {
  return (number[0] ?? 0) >= 128 ? 1 : 0
}

function malformed(): RangeError {
  return new RangeError('not the DER encoding of an ECDSA signature')
}
