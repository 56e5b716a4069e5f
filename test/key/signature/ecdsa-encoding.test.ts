import { sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatenatedToDer, derToConcatenated } from '../../../src/key/signature/ecdsa-encoding.js'
import { signBytes } from '../../../src/key/signature/sign.js'
import { pairFor, rawPair } from '../pairs.js'

const sizes = [64, 96, 132] as const

/** Numbers of one length, with those at the edges often among them. */
function halves(bytes: number) {
  const half = fc.uint8Array({ minLength: bytes / 2, maxLength: bytes / 2 })
  const edge = fc.tuple(half, fc.nat(bytes / 2), fc.constantFrom(0, 1, 127, 128, 255))
  return fc.oneof(
    half,
    edge.map(([value, zeros, first]) => {
      value.fill(0, 0, zeros)
      if (zeros < value.length) value[zeros] = first
      return value
    }),
  )
}

describe.each(sizes)('R ‖ S of %i bytes', (bytes) => {
  it('an ECDSA signature converted to DER and back is unchanged', () => {
    fc.assert(
      fc.property(halves(bytes), halves(bytes), (r, s) => {
        const signature = Buffer.concat([r, s])
        expect(derToConcatenated(concatenatedToDer(signature), bytes).equals(signature)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('an ECDSA signature has one DER encoding: any byte changed, removed or added makes it invalid or another signature', () => {
    fc.assert(
      fc.property(
        halves(bytes),
        halves(bytes),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (...[r, s, at, flip]) => {
          const signature = Buffer.concat([r, s])
          const der = concatenatedToDer(signature)
          const place = at % der.length
          const changed = Buffer.from(der)
          changed[place] = (changed[place] ?? 0) ^ flip
          const shorter = Buffer.concat([der.subarray(0, place), der.subarray(place + 1)])
          const longer = Buffer.concat([
            der.subarray(0, place),
            Buffer.from([flip]),
            der.subarray(place),
          ])
          for (const other of [changed, shorter, longer, Buffer.concat([der, Buffer.alloc(1)])]) {
            const read = readOrRefuse(other, bytes)
            // Whatever is read has exactly this one encoding, so no two encodings make the same signature.
            if (read) expect(concatenatedToDer(read).equals(other)).toBe(true)
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe.each(['ES256', 'ES384', 'ES512', 'ES256K'] as const)('%s', (alg) => {
  it('the conversion agrees with the ieee-p1363 encoding of node:crypto in both directions', async () => {
    const raw = rawPair(alg)
    const { signing } = pairFor(alg)
    const hash = `sha${alg.slice(2, 5)}`
    for (let i = 0; i < 20; i++) {
      const data = Buffer.from(`message ${String(i)}`)
      const ours = await signBytes(signing, data)
      const key = { key: raw.publicKey, dsaEncoding: 'ieee-p1363' } as const
      expect(verify(hash, data, key, ours)).toBe(true)
      const theirs = sign(hash, data, { key: raw.privateKey, dsaEncoding: 'ieee-p1363' })
      expect(verify(hash, data, raw.publicKey, concatenatedToDer(theirs))).toBe(true)
    }
  })
})

it.each([
  '',
  '30',
  '3000',
  '3006020101020101ff',
  '30070201010201010',
  '308106020101020101',
  '3006020180020101',
])('DER %j is refused', (hex) => {
  expect(() => derToConcatenated(Buffer.from(hex, 'hex'), 64)).toThrow(RangeError)
})

function readOrRefuse(der: Buffer, bytes: number): Buffer | undefined {
  try {
    return derToConcatenated(der, bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
