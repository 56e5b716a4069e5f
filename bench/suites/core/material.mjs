import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'

/**
 * The bare calls for one algorithm, without tokens: what any library has to do at least.
 *
 * @typedef {{
 *   readonly alg: string,
 *   readonly privateKey: import('node:crypto').KeyObject,
 *   readonly publicKey: import('node:crypto').KeyObject,
 *   readonly sign: (data: Buffer) => Buffer,
 *   readonly verify: (data: Buffer, signature: Buffer) => boolean,
 *   readonly toJws?: (signature: Buffer) => Buffer,
 * }} Material
 */

const rsa = { type: 'rsa', options: { modulusLength: 2048 } }

/** @type {Readonly<Record<string, { hash?: string, type: string, options?: object, pss?: number, bytes?: number }>>} */
const table = {
  HS256: { hash: 'sha256', type: 'hmac', bytes: 32 },
  RS256: { hash: 'sha256', ...rsa },
  ES256: { hash: 'sha256', type: 'ec', options: { namedCurve: 'P-256' }, bytes: 32 },
  EdDSA: { type: 'ed25519' },
  HS384: { hash: 'sha384', type: 'hmac', bytes: 48 },
  HS512: { hash: 'sha512', type: 'hmac', bytes: 64 },
  RS384: { hash: 'sha384', ...rsa },
  RS512: { hash: 'sha512', ...rsa },
  PS256: { hash: 'sha256', ...rsa, pss: 32 },
  PS384: { hash: 'sha384', ...rsa, pss: 48 },
  PS512: { hash: 'sha512', ...rsa, pss: 64 },
  ES384: { hash: 'sha384', type: 'ec', options: { namedCurve: 'P-384' }, bytes: 48 },
  ES512: { hash: 'sha512', type: 'ec', options: { namedCurve: 'P-521' }, bytes: 66 },
  ES256K: { hash: 'sha256', type: 'ec', options: { namedCurve: 'secp256k1' }, bytes: 32 },
  Ed25519: { type: 'ed25519' },
  Ed448: { type: 'ed448' },
  'ML-DSA-44': { type: 'ml-dsa-44' },
  'ML-DSA-65': { type: 'ml-dsa-65' },
  'ML-DSA-87': { type: 'ml-dsa-87' },
}

/** Those that the bars speak of first, while the engine has seen nothing else. */
export const algorithms = Object.keys(table)

/** Those that bars speak of. */
export const barred = ['HS256', 'RS256', 'ES256', 'EdDSA']

/**
 * Keys and bare calls of an algorithm; undefined where this runtime does not have it.
 *
 * @param {string} alg
 * @returns {Material | undefined}
 */
export function makeMaterial(alg) {
  const row = table[alg]
  if (!row) throw new RangeError('not an algorithm of the table')
  const { hash = null, type, options, pss, bytes = 0 } = row
  if (type === 'hmac') return hmac(alg, hash ?? '', bytes)
  const pair = makePair(type, options)
  if (!pair) return undefined
  const { privateKey, publicKey } = pair
  // A bare KeyObject wherever there is nothing to add: Node 24 takes 20 µs for `{ key }`.
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss }
  const signing = pss === undefined ? privateKey : { key: privateKey, ...padding }
  const verifying = pss === undefined ? publicKey : { key: publicKey, ...padding }
  return {
    alg,
    privateKey,
    publicKey,
    sign: (data) => sign(hash, data, signing),
    verify: (data, signature) => verify(hash, data, verifying, signature),
    ...(type === 'ec' ? { toJws: (/** @type {Buffer} */ der) => toP1363(der, bytes) } : {}),
  }
}

/**
 * @param {string} type
 * @param {object | undefined} options
 * @returns {{ privateKey: import('node:crypto').KeyObject, publicKey: import('node:crypto').KeyObject } | undefined}
 */
function makePair(type, options) {
  try {
    // Not every type of a newer runtime is in the type definitions.
    return Reflect.apply(generateKeyPairSync, undefined, [type, options])
  } catch {
    return undefined // this runtime does not know the type
  }
}

/**
 * @param {string} alg
 * @param {string} hash
 * @param {number} bytes
 * @returns {Material}
 */
function hmac(alg, hash, bytes) {
  const key = createSecretKey(randomBytes(bytes))
  const mac = (/** @type {Buffer} */ data) => createHmac(hash, key).update(data).digest()
  return {
    alg,
    privateKey: key,
    publicKey: key,
    sign: mac,
    verify: (data, signature) => timingSafeEqual(mac(data), signature),
  }
}

/**
 * R ‖ S (RFC 7518 section 3.4) of a DER signature.
 *
 * @param {Buffer} der
 * @param {number} bytes
 */
function toP1363(der, bytes) {
  const start = (der[1] ?? 0) > 128 ? 3 : 2
  const first = der[start + 1] ?? 0
  const second = der[start + 3 + first] ?? 0
  const r = der.subarray(start + 2, start + 2 + first)
  const s = der.subarray(start + 4 + first, start + 4 + first + second)
  const out = Buffer.alloc(2 * bytes)
  for (const [number, end] of /** @type {const} */ ([
    [r, bytes],
    [s, 2 * bytes],
  ])) {
    const digits = number.subarray(Math.max(0, number.length - bytes))
    digits.copy(out, end - digits.length)
  }
  return out
}
