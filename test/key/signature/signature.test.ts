import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  algorithmNames,
  algorithmRow,
  isAlgorithm,
  isSymmetric,
} from '../../../src/key/algorithms.js'
import { hmacKey } from '../../../src/key/hmac-key.js'
import { Key } from '../../../src/key/key.js'
import { publicKey } from '../../../src/key/asymmetric-key.js'
import { signBytes, signSigningInput } from '../../../src/key/signature/sign.js'
import { verifyBytes } from '../../../src/key/signature/verify.js'
import { pairFor, rawPair } from '../pairs.js'
import { verifyText } from './verify-text.js'

const data = Buffer.from('eyJhbGciOiJub25lIn0.c29tZSBieXRlcw')
const text = data.toString()

describe('algorithms', () => {
  it('there are sixteen algorithms, and three more where the runtime has ML-DSA', () => {
    const postQuantum = algorithmNames.filter((name) => name.startsWith('ML-DSA'))
    expect(algorithmNames.length - postQuantum.length).toBe(16)
    expect([0, 3]).toContain(postQuantum.length)
    expect(Number(process.versions.node.split('.')[0]) < 24).toBe(postQuantum.length === 0)
  })

  it('an algorithm that the runtime does not have is an unknown name', () => {
    for (const name of ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87']) {
      const isThere = algorithmNames.some((known) => known === name)
      expect(isAlgorithm(name)).toBe(isThere)
    }
    // What a caller in plain JavaScript can write.
    const unknown = 'ML-DSA-45' as 'ES256'
    expect(() => publicKey(rawPair('ES256').publicKey, unknown)).toThrow(/alg: is unknown/)
    expect(() => algorithmRow(unknown)).toThrow(RangeError)
  })

  it.each(['none', 'None', 'hs256', 'HS256 ', 'ES521', '__proto__', 'constructor', '', null, 1])(
    'the algorithms do not include %j',
    (name) => {
      expect(isAlgorithm(name)).toBe(false)
    },
  )
})

describe.each(algorithmNames)('%s', (alg) => {
  const { signing, verifying } = pairFor(alg)

  it('every algorithm signs bytes and verifies them', async () => {
    const signature = await signBytes(signing, data)
    expect(signature.byteLength).toBe(Key.powers(verifying).signatureBytes)
    expect(verifyBytes(verifying, data, signature)).toBe(true)
    expect(verifyBytes(verifying, Buffer.concat([data, data]), signature)).toBe(false)
  })

  it('every algorithm refuses a signature that is changed, shorter, longer, empty or zero', async () => {
    const signature = await signBytes(signing, data)
    for (const at of [0, signature.byteLength >> 1, signature.byteLength - 1]) {
      const changed = Buffer.from(signature)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(verifyBytes(verifying, data, changed)).toBe(false)
    }
    expect(verifyBytes(verifying, data, signature.subarray(1))).toBe(false)
    expect(verifyBytes(verifying, data, signature.subarray(0, -1))).toBe(false)
    expect(verifyBytes(verifying, data, Buffer.concat([signature, Buffer.alloc(1)]))).toBe(false)
    expect(verifyBytes(verifying, data, Buffer.alloc(0))).toBe(false)
    expect(verifyBytes(verifying, data, Buffer.alloc(signature.byteLength))).toBe(false)
  })

  it('every algorithm signs and verifies text in the same way as bytes', async () => {
    const signature = await signSigningInput(signing, text)
    expect(verifyText(verifying, text, signature)).toBe(true)
    expect(verifyBytes(verifying, data, Buffer.from(signature, 'base64url'))).toBe(true)
    expect(verifyText(verifying, `${text}A`, signature)).toBe(false)
    const ofBytes = await signBytes(signing, data)
    expect(verifyText(verifying, text, ofBytes.toString('base64url'))).toBe(true)
  })

  it('no algorithm accepts another spelling of a signature', async () => {
    const signature = await signSigningInput(signing, text)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = [
      ...Array.from(`${alphabet}=+/ \n\0éŁ`).map((last) => signature.slice(0, -1) + last),
      ...['=', '==', ' ', '\n', 'A'].map((more) => signature + more),
      ` ${signature}`,
      `${signature.slice(0, 5)}\n${signature.slice(5)}`,
      `${signature.slice(0, 5)}=${signature.slice(6)}`,
      signature.replaceAll('-', '+').replaceAll('_', '/').slice(0, -1),
      '',
    ].filter((other) => other !== signature)
    expect(others.length).toBeGreaterThan(70)
    expect(others.filter((other) => verifyText(verifying, text, other))).toEqual([])
  })

  it('every algorithm refuses text whose characters agree only in the low byte', async () => {
    const signature = await signSigningInput(signing, text)
    const twins = Array.from(text).map(
      (character, at) =>
        text.slice(0, at) +
        String.fromCharCode(character.charCodeAt(0) + 0x100) +
        text.slice(at + 1),
    )
    expect(twins.filter((twin) => verifyText(verifying, twin, signature))).toEqual([])
    for (const odd of ['é', '\ud800', '€', '\u{1f511}']) {
      expect(verifyText(verifying, text + odd, signature)).toBe(false)
      expect(() => signSigningInput(signing, text + odd)).toThrow(TypeError)
    }
  })
})

it('a public key does not sign', () => {
  const asymmetric = algorithmNames.filter((alg) => !isSymmetric(alg))
  expect(asymmetric.length).toBeGreaterThanOrEqual(13)
  for (const alg of asymmetric) {
    const { verifying } = pairFor(alg)
    expect(() => signBytes(verifying, data)).toThrow(TypeError)
    expect(() => signSigningInput(verifying, text)).toThrow(TypeError)
  }
})

describe('HMAC of text', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)(
    'HMAC of text agrees with createHmac for %s at every length and key length',
    (alg) => {
      for (const keyBytes of [64, 65, 127, 128, 129, 200]) {
        const secret = randomBytes(keyBytes)
        const key = hmacKey(secret, alg)
        const hash = `sha${alg.slice(2)}`
        for (const length of [
          0, 1, 55, 56, 63, 64, 65, 300, 2047, 2048, 8191, 8192, 8193, 20_000,
        ]) {
          const message = 'x'.repeat(length)
          const expected = createHmac(hash, secret).update(message).digest('base64url')
          expect(signSigningInput(key, message)).toBe(expected)
          expect(verifyText(key, message, expected)).toBe(true)
        }
      }
    },
  )

  it('HMAC does not mix up keys that are used in turns', async () => {
    const keys = (['HS256', 'HS512', 'HS384', 'HS256'] as const).map((alg) => pairFor(alg).signing)
    const tags: string[] = []
    for (const key of keys) tags.push(await signSigningInput(key, text))
    for (let round = 0; round < 3; round++) {
      keys.forEach((key, i) => {
        tags.forEach((tag, j) => {
          expect(verifyText(key, text, tag)).toBe(i === j)
        })
      })
    }
  })

  it('HMAC refuses text beyond ASCII at the end of its buffer', () => {
    const key = pairFor('HS256').signing
    for (const odd of ['é', '€', '\ud800']) {
      for (const length of [8190, 8191, 8192, 8193]) {
        expect(() => signSigningInput(key, odd.padStart(length, 'x'))).toThrow(TypeError)
        expect(() => signSigningInput(key, odd.padEnd(length, 'x'))).toThrow(TypeError)
      }
    }
  })
})
