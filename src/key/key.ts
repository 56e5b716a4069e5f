import type { KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import { powersOf, type KeyPowers } from './powers.js'

/** The parts of a {@link Key}. The caller has checked that the material fits the algorithm. */
export interface KeyParts {
  readonly material: KeyObject
  readonly kid: string
  readonly hasPublicKid: boolean
  /** Whether a secret may sign; a public key never may. */
  readonly maySign: boolean
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
  readonly kind: 'secret' | 'public' | 'private'
  readonly kid: string
  /** Whether {@link kid} means something to others. A random default does not, and is not written into tokens. */
  readonly hasPublicKid: boolean

  /** Not for use outside this folder: `hmacKey`, `publicKey` and `privateKey` check their input first. */
  constructor(alg: Algorithm, { material, kid, hasPublicKid, maySign }: KeyParts) {
    this.alg = alg
    this.kind = material.type
    this.kid = kid
    this.hasPublicKid = hasPublicKid
    Object.defineProperty(this, powers, { value: powersOf(alg, { material, maySign }) })
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
