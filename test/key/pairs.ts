import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { algorithmRow, type Algorithm } from '../../src/key/algorithms.js'
import { hmacKey } from '../../src/key/hmac-key.js'
import { privateKey, publicKey } from '../../src/key/asymmetric-key.js'
import type { Key } from '../../src/key/key.js'
import { ownCopy } from '../../src/key/own-copy.js'

/** What node:crypto makes for one algorithm. */
export interface RawPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** The two keys of one algorithm; an HMAC key is both. */
export interface SigningPair {
  readonly signing: Key
  readonly verifying: Key
}

const made = new Map<string, RawPair>()

/** A key pair of the kind an algorithm needs. Made once a kind: an RSA pair takes a tenth of a second. */
export function rawPair(alg: Algorithm): RawPair {
  const row = algorithmRow(alg)
  const name = row.kind === 'ec' ? row.curve : row.kind === 'plain' ? row.keyType : 'rsa'
  const pair = made.get(name) ?? detach(generate(name))
  made.set(name, pair)
  return pair
}

/** Keys of this package for an algorithm. */
export function pairFor(alg: Algorithm): SigningPair {
  const row = algorithmRow(alg)
  if (row.kind === 'hmac') {
    const key = hmacKey(randomBytes(row.bytes), alg)
    return { signing: key, verifying: key }
  }
  const raw = rawPair(alg)
  return { signing: privateKey(raw.privateKey, alg), verifying: publicKey(raw.publicKey, alg) }
}

/** A key as JWK, also one that node:crypto has just made. */
export function jwkOf(key: KeyObject) {
  return ownCopy(key).export({ format: 'jwk' })
}

/** Tests export them as JWKs themselves. */
function detach(pair: RawPair): RawPair {
  return { privateKey: ownCopy(pair.privateKey), publicKey: ownCopy(pair.publicKey) }
}

function generate(name: string): RawPair {
  if (name === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  if (/^(prime|secp)/.test(name)) return generateKeyPairSync('ec', { namedCurve: name })
  // ML-DSA is not in the type definitions of every supported Node.
  return Reflect.apply(generateKeyPairSync, undefined, [name]) as RawPair
}
