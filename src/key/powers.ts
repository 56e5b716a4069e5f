import { createPublicKey, type KeyObject } from 'node:crypto'
import { algorithmRow, signatureBytes, type Algorithm } from './algorithms.js'
import { Mac } from './signature/hmac.js'
import { signWith, verifyWith } from './signature/with-material.js'

/**
 * What can be done with a key. The material itself stays inside: these functions are all that any code reaches, another
 * copy of this package included.
 */
export interface KeyPowers {
  /** Whether the key can sign and its JWK allows it to (`key_ops`, RFC 7517 section 4.3). */
  readonly maySign: boolean
  /** The length of each signature in bytes. */
  readonly signatureBytes: number
  /** @throws TypeError when {@link maySign} is false */
  sign(data: Uint8Array): Buffer | Promise<Buffer>
  /** A wrong length or encoding is simply a wrong signature. */
  verify(data: Uint8Array, signature: Uint8Array): boolean
  /** Of a secret: the quick ways for the ASCII text of a token. */
  readonly text: TextPowers | undefined
  /** @throws TypeError for a secret, which has none */
  publicHalf(): KeyObject
}

/** An HMAC over the first `end` characters of an ASCII text; see {@link Mac}. */
export interface TextPowers {
  /** @throws TypeError when the key must not sign */
  tag(text: string, end: number): string | undefined
  matches(text: string, end: number): boolean
}

/** What the caller of {@link powersOf} has checked: the material fits the algorithm. */
export interface Material {
  readonly material: KeyObject
  readonly maySign: boolean
  /** Makes the signatures of a key that is not in this process; the material is its public half. */
  readonly signElsewhere?: ((data: Uint8Array) => Promise<Buffer>) | undefined
}

/**
 * The powers of a key over its material, frozen.
 *
 * @example powersOf('HS256', { material, maySign: true }).sign(Buffer.from('data'))
 */
export function powersOf(
  alg: Algorithm,
  { material, maySign, signElsewhere }: Material,
): KeyPowers {
  const row = algorithmRow(alg)
  const length = signatureBytes(row, material.asymmetricKeyDetails?.modulusLength)
  const mayNot = () => new TypeError('this key is not for signing')
  return Object.freeze({
    maySign,
    signatureBytes: length,
    sign: (data: Uint8Array) => {
      if (!maySign) throw mayNot()
      return signElsewhere ? signElsewhere(data) : signWith(alg, material, data)
    },
    verify: (data: Uint8Array, signature: Uint8Array) =>
      signature.byteLength === length && verifyWith(alg, material, { data, signature }),
    text: row.kind === 'hmac' ? textPowers(new Mac(row, material), maySign, mayNot) : undefined,
    publicHalf: () => {
      if (material.type === 'secret') throw new TypeError('a secret has no public half')
      return material.type === 'private' ? createPublicKey(material) : material
    },
  })
}

function textPowers(mac: Mac, maySign: boolean, mayNot: () => TypeError): TextPowers {
  return Object.freeze({
    tag: (text: string, end: number) => {
      if (!maySign) throw mayNot()
      return mac.tag(text, end)
    },
    matches: (text: string, end: number) => mac.matches(text, end),
  })
}
