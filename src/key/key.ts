import type { Algorithm } from './algorithms.js'
import { powersOf, type KeyPowers, type Material } from './powers.js'

/**
 * The parts of a {@link Key}. The caller has checked that the material fits the algorithm. `maySign`: whether a secret
 * may sign; a public key signs only as the half of a key that is elsewhere.
 */
export interface KeyParts extends Material {
  readonly kid: string
  readonly hasPublicKid: boolean
}

/**
 * The member with a key's powers, known to every copy of this package in the process, so that a key of one works in
 * another. A later release may add powers; one that changes what a power means takes the next number.
 *
 * It is an own member that JSON, a form, a clone or a spread cannot carry. Code that forges it already runs in this
 * process, and gains nothing over passing a verifier or a key source that says yes.
 */
const powers: symbol = Symbol.for('jotgate.key/1')

/**
 * One key for one algorithm. It never gives away its material and cannot be used for another algorithm (RFC 8725
 * section 3.1).
 */
export class Key {
  /** In the types only: an object with the same members is no key. A key of another copy of this package is one. */
  declare readonly '~jotgate': 'key'
  readonly alg: Algorithm
  /** `private` also for a key that a KMS or an HSM keeps: it signs, and is nothing to verify with. */
  readonly kind: 'secret' | 'public' | 'private'
  readonly kid: string
  /** Whether {@link kid} means something to others. A random default does not, and is not written into tokens. */
  readonly hasPublicKid: boolean

  /** Not for use outside this folder: `hmacKey`, `publicKey` and the other factories check their input first. */
  constructor(alg: Algorithm, parts: KeyParts) {
    this.alg = alg
    this.kind = parts.signElsewhere ? 'private' : parts.material.type
    this.kid = parts.kid
    this.hasPublicKid = parts.hasPublicKid
    Object.defineProperty(this, powers, { value: powersOf(alg, parts) })
    Object.freeze(this)
  }

  /** Recognises the keys of every copy of this package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, powers)
  }

  /** What can be done with a key. Not for export from the package. */
  static powers(key: Key): KeyPowers {
    return (key as unknown as Record<symbol, KeyPowers>)[powers] as KeyPowers // the constructor has set it
  }
}

// `key.constructor` would hand the material and the relabelling of a key to anyone who holds one. The class itself is
// not exported from the package.
Reflect.deleteProperty(Key.prototype, 'constructor')
Object.freeze(Key.prototype)
