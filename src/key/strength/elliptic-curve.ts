/** A curve y² = x³ + ax + b over a prime field (SEC 2), with what is needed to tell points from other bytes. */
interface Curve {
  readonly bytes: number
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
}

const p256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const p384 = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n
const p521 = 2n ** 521n - 1n

const curves: readonly Curve[] = [
  {
    bytes: 32,
    p: p256,
    a: p256 - 3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  { bytes: 32, p: 2n ** 256n - 2n ** 32n - 977n, a: 0n, b: 7n },
  {
    bytes: 48,
    p: p384,
    a: p384 - 3n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  {
    bytes: 66,
    p: p521,
    a: p521 - 3n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
]

/**
 * Whether a point of P-256, P-384, P-521 or secp256k1 lies anywhere in the bytes, as x ‖ y, with or without the octet
 * 04 before it (SEC 1 section 2.3.3). Chance makes one less often than once in 2^240.
 *
 * @example holdsPoint(Buffer.from('04…', 'hex'))
 */
export function holdsPoint(bytes: Buffer): boolean {
  return curves.some((curve) => {
    const last = bytes.byteLength - 2 * curve.bytes
    for (let at = 0; at <= last; at++) {
      const x = toInteger(bytes.subarray(at, at + curve.bytes))
      const y = toInteger(bytes.subarray(at + curve.bytes, at + 2 * curve.bytes))
      if (isPoint(curve, x, y)) return true
    }
    return false
  })
}

/**
 * Whether the bytes are exactly a compressed point: 02 or 03 and an x of the curve. One in 170 random
 * byte strings of that length is one by chance.
 *
 * @example isCompressedPoint(Buffer.from('02…', 'hex'))
 */
export function isCompressedPoint(bytes: Buffer): boolean {
  if ((bytes[0] !== 2 && bytes[0] !== 3) || bytes.byteLength < 2) return false
  const x = toInteger(bytes.subarray(1))
  return curves.some((curve) => {
    if (bytes.byteLength !== curve.bytes + 1 || x >= curve.p) return false
    // Euler's criterion: a square to the power of (p - 1) / 2 is 1.
    return power(rightSide(curve, x), (curve.p - 1n) / 2n, curve.p) === 1n
  })
}

function isPoint(curve: Curve, x: bigint, y: bigint): boolean {
  return x < curve.p && y < curve.p && (y * y) % curve.p === rightSide(curve, x)
}

function rightSide({ p, a, b }: Curve, x: bigint): bigint {
  return (((x * x) % p) * x + a * x + b) % p
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}
