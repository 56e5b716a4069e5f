import type { KeyObject } from 'node:crypto'
import { algorithmRow, signatureBytes, type Algorithm } from './algorithms.js'
import { Mac } from './signature/hmac.js'

/** The parts of a {@link Key}. The caller has checked that the material fits the algorithm. */
export interface KeyParts {
  readonly material: KeyObject
  readonly kid: string
  readonly hasPublicKid: boolean
  /** Whether a secret may sign; a public key never may. */
  readonly maySign: boolean
}

/**
 * One key for one algorithm. It never prints its material and cannot be used for another algorithm (RFC 8725
 * section 3.1).
 */
export class Key {
  readonly alg: Algorithm
  readonly kind: 'secret' | 'public' | 'private'
  readonly kid: string
  /** Whether {@link kid} means something to others. A random default does not, and is not written into tokens. */
  readonly hasPublicKid: boolean
  readonly #material: KeyObject
  readonly #mac: Mac | undefined
  readonly #signatureBytes: number
  readonly #maySign: boolean

  /** Not for use outside this folder: `hmacKey`, `publicKey` and `privateKey` check their input first. */
  constructor(alg: Algorithm, { material, kid, hasPublicKid, maySign }: KeyParts) {
    const row = algorithmRow(alg)
    this.alg = alg
    this.kind = material.type
    this.kid = kid
    this.hasPublicKid = hasPublicKid
    this.#material = material
    this.#mac = row.kind === 'hmac' ? new Mac(row, material) : undefined
    this.#signatureBytes = signatureBytes(row, material.asymmetricKeyDetails?.modulusLength)
    this.#maySign = maySign
    Object.freeze(this)
  }

  /** The node:crypto key behind a {@link Key}. Not for export from the package. */
  static material(key: Key): KeyObject {
    return key.#material
  }

  /** The prepared HMAC of a secret; undefined for other keys. Not for export from the package. */
  static mac(key: Key): Mac | undefined {
    return key.#mac
  }

  /** The length of each of its signatures in bytes. */
  static signatureBytes(key: Key): number {
    return key.#signatureBytes
  }

  /** Whether the key can sign and its JWK allows it to (`key_ops`, RFC 7517 section 4.3). */
  static maySign(key: Key): boolean {
    return key.#maySign
  }
}

// `key.constructor` would hand the material and the relabelling of a key to anyone who holds one. The class itself is
// not exported from the package.
Reflect.deleteProperty(Key.prototype, 'constructor')
Object.freeze(Key.prototype)
