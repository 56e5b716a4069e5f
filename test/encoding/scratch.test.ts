import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeIntoScratch, encodeThroughScratch, scratch } from '../../src/encoding/base64url.js'

const decode = (text: string) => {
  const length = decodeIntoScratch(text)
  return length < 0 ? undefined : Buffer.from(scratch.subarray(0, length))
}

describe('decodeIntoScratch takes what encoding again gives back, and nothing else', () => {
  test('decodeIntoScratch accepts exactly the canonical texts of up to two characters', () => {
    let taken = 0
    for (let a = 0; a < 128; a++) {
      for (let b = -1; b < 128; b++) {
        const text = String.fromCharCode(a) + (b < 0 ? '' : String.fromCharCode(b))
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text
        expect(decodeIntoScratch(text) >= 0).toBe(canonical)
        if (canonical) taken++
      }
    }
    expect(taken).toBe(256) // one for each byte
  })
  test('decodeIntoScratch agrees with encoding again on texts of base64 characters and others', () => {
    const unit = fc.constantFrom(...Array.from('ABCDwxyzQg019-_+/= \n.\0~'))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const bytes = Buffer.from(text, 'base64url')
        expect(decode(text)).toEqual(bytes.toString('base64url') === text ? bytes : undefined)
      }),
      { numRuns: 20_000 },
    )
  })
  test('decodeIntoScratch decodes every encoding, and refuses it with another last character', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(...Array.from('ABDHPfv_-+/=')),
        (bytes, last) => {
          const text = Buffer.from(bytes).toString('base64url')
          expect(decode(text)).toEqual(Buffer.from(bytes))
          const other = text.slice(0, -1) + last
          const canonical = Buffer.from(other, 'base64url').toString('base64url') === other
          expect(decodeIntoScratch(other) >= 0).toBe(canonical)
        },
      ),
      { numRuns: 5000 },
    )
  })
  test('decodeIntoScratch refuses text longer than its buffer', () => {
    expect(decodeIntoScratch('A'.repeat(16_384))).toBe(12_288)
    expect(decodeIntoScratch('A'.repeat(16_388))).toBe(-1)
  })
})

test('encodeThroughScratch encodes as Buffer does, however long the text is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(3), (text, power) => {
      const long = text.repeat(12 ** power)
      expect(encodeThroughScratch(long)).toBe(Buffer.from(long).toString('base64url'))
    }),
    { numRuns: 500 },
  )
})
