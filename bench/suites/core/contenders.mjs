import { createSigner as fastSigner, createVerifier as fastVerifier } from 'fast-jwt'
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose'
import { createSigner, createVerifier, hmacKey, privateKey, publicKey } from 'jotgate'
import jsonwebtoken from 'jsonwebtoken'
import { badTokens, claims, makeTokens, policy } from './tokens.mjs'

/** @import { Material } from './material.mjs' */

/**
 * A library ready to verify: `verify` throws or rejects for a bad token, and `exp` reads the expiry of what it answers
 * with for a good one. Only what `isAsync` is awaited.
 *
 * @typedef {{
 *   readonly name: string,
 *   readonly isAsync: boolean,
 *   readonly verify: (token: string) => unknown,
 *   readonly exp: (verified: any) => number | undefined,
 * }} VerifyingLibrary
 */

/**
 * A library ready to sign: a new token each time, with a `jti` of its own.
 *
 * @typedef {{ readonly name: string, readonly isAsync: boolean, readonly make: () => unknown }} SigningLibrary
 */

/** Seconds by which clocks may differ, for everybody. */
const tolerance = 60
const { issuer, audience, kid } = policy

/**
 * Everybody who can verify an algorithm, in the fastest form that their documentation has, and all under one policy:
 * `alg` pinned, signature, `iss`, `aud`, `exp`. Each proves on tokens of this key that it accepts and refuses as it
 * should before it is measured; who does not know the algorithm is left out.
 *
 * @param {Material} material
 * @param {{ cache?: boolean }} options verified tokens are kept where a library can; default false
 * @returns {Promise<readonly VerifyingLibrary[]>}
 */
export async function verifyingLibraries(material, { cache = false } = {}) {
  const makers = cache ? [jotgate, fastJwt] : [jotgate, fastJwt, jsonWebToken, jose]
  if (!cache && ['HS256', 'RS256', 'ES256'].includes(material.alg)) makers.push(jsonWebTokenText)
  const ready = []
  for (const maker of makers) {
    const library = await attempt(maker.name === 'jotgate', () => maker(material, cache))
    if (library && (await accepts(library, material))) ready.push(library)
  }
  for (const library of ready) await proveRefusals(library, material)
  return ready
}

/**
 * Everybody who can sign with an algorithm. Each adds `iss`, `aud`, `iat`, `exp` and a fresh `jti`, and its token must
 * be one that all the others accept.
 *
 * @param {Material} material
 * @returns {Promise<readonly SigningLibrary[]>}
 */
export async function signingLibraries(material) {
  const verifiers = await verifyingLibraries(material)
  const ready = []
  for (const maker of [jotgateSigner, fastJwtSigner, jsonWebTokenSigner, joseSigner]) {
    const library = await attempt(maker === jotgateSigner, async () => {
      const made = await maker(material)
      await made.make()
      return made
    })
    if (!library) continue
    ready.push(library)
    const token = await library.make()
    for (const verifier of verifiers) {
      if (await isAccepted(verifier, token)) continue
      throw new Error(`${verifier.name} does not accept what ${library.name} signs`)
    }
  }
  return ready
}

/**
 * @template T
 * @param {boolean} required ours has to have every algorithm of the table
 * @param {() => T | Promise<T>} make
 */
async function attempt(required, make) {
  try {
    return await make()
  } catch (error) {
    if (required) throw error
    return undefined // it does not know the algorithm, or not this kind of key
  }
}

/**
 * @param {VerifyingLibrary} library
 * @param {Material} material
 */
async function accepts(library, material) {
  const token = makeTokens(material, 1).at(0)
  return (await attempt(library.name === 'jotgate', () => isAccepted(library, token))) ?? false
}

/**
 * @param {VerifyingLibrary} library
 * @param {unknown} token
 */
async function isAccepted({ verify, exp }, token) {
  return typeof token === 'string' && Number(exp(await verify(token))) > Date.now() / 1000
}

/**
 * No no-op is ever measured.
 *
 * @param {VerifyingLibrary} library
 * @param {Material} material
 */
export async function proveRefusals(library, material) {
  for (const [wrong, token] of Object.entries(badTokens(material))) {
    const accepted = await Promise.resolve(token)
      .then(library.verify)
      .then(
        () => true,
        () => false,
      )
    if (accepted) throw new Error(`${library.name} accepts a token with ${wrong}`)
  }
}

/**
 * @param {Material} material
 * @param {boolean} cache
 * @returns {VerifyingLibrary}
 */
function jotgate({ alg, publicKey: key }, cache) {
  const algorithm = known(alg)
  const verify = createVerifier({
    keys: key.type === 'secret' ? hmacKey(key, algorithm) : publicKey(key, algorithm),
    algorithms: [algorithm],
    issuer,
    audience,
    clockTolerance: tolerance,
    cache: cache && { entries: 4096, bytes: 16_777_216 },
  })
  return { name: 'jotgate', isAsync: true, verify, exp: ({ claims }) => claims.exp }
}

/**
 * @param {Material} material
 * @param {boolean} cache
 * @returns {VerifyingLibrary}
 */
function fastJwt({ alg, publicKey: key }, cache) {
  const verify = fastVerifier({
    key: exported(key),
    algorithms: [/** @type {import('fast-jwt').Algorithm} */ (alg)],
    allowedIss: issuer,
    allowedAud: audience,
    requiredClaims: ['exp', 'iss', 'aud'],
    clockTolerance: tolerance * 1000,
    cache: cache && 4096,
  })
  return { name: 'fast-jwt', isAsync: false, verify, exp: (payload) => payload.exp }
}

/** @param {Material} material */
function jsonWebToken({ alg, publicKey: key }) {
  return jsonWebTokenWith('jsonwebtoken', alg, key)
}

/** The form in most tutorials: key or secret as text, read anew for each token. @param {Material} material */
function jsonWebTokenText({ alg, publicKey: key }) {
  const text = exported(key)
  return jsonWebTokenWith('jsonwebtoken (text)', alg, text)
}

/**
 * @param {string} name
 * @param {string} alg
 * @param {import('node:crypto').KeyObject | string | Buffer} key
 * @returns {VerifyingLibrary}
 */
function jsonWebTokenWith(name, alg, key) {
  const algorithms = [/** @type {import('jsonwebtoken').Algorithm} */ (alg)]
  const options = { algorithms, issuer, audience, clockTolerance: tolerance }
  return {
    name,
    isAsync: false,
    verify: (token) => jsonwebtoken.verify(token, key, options),
    exp: (payload) => payload.exp,
  }
}

/**
 * @param {Material} material
 * @returns {Promise<VerifyingLibrary>}
 */
async function jose({ alg, publicKey: key }) {
  const imported =
    key.type === 'secret' ? await hmacCryptoKey(alg, key) : await importSPKI(pem(key), alg)
  const required = { requiredClaims: ['exp', 'iss', 'aud'], clockTolerance: tolerance }
  const options = { algorithms: [alg], issuer, audience, ...required }
  return {
    name: 'jose',
    isAsync: true,
    verify: (token) => jwtVerify(token, imported, options),
    exp: ({ payload }) => payload.exp,
  }
}

/**
 * @param {Material} material
 * @returns {SigningLibrary}
 */
function jotgateSigner({ alg, privateKey: key }) {
  const algorithm = known(alg)
  const options = { kid }
  const sign = createSigner({
    key:
      key.type === 'secret'
        ? hmacKey(key, algorithm, options)
        : privateKey(key, algorithm, options),
    issuer,
    audience,
    expiresIn: '15m',
  })
  // It makes a jti itself.
  return { name: 'jotgate', isAsync: true, make: () => sign(withoutId()) }
}

/**
 * @param {Material} material
 * @returns {SigningLibrary}
 */
function fastJwtSigner({ alg, privateKey: key }) {
  const algorithm = /** @type {import('fast-jwt').Algorithm} */ (alg)
  const lasting = { iss: issuer, aud: audience, expiresIn: 900_000, kid }
  const sign = fastSigner({ key: exported(key), algorithm, ...lasting })
  return { name: 'fast-jwt', isAsync: false, make: () => sign(claims()) }
}

/**
 * @param {Material} material
 * @returns {SigningLibrary}
 */
function jsonWebTokenSigner({ alg, privateKey: key }) {
  const algorithm = /** @type {import('jsonwebtoken').Algorithm} */ (alg)
  const options = { algorithm, issuer, audience, expiresIn: 900, keyid: kid }
  const make = () => jsonwebtoken.sign(claims(), key, options)
  return { name: 'jsonwebtoken', isAsync: false, make }
}

/**
 * @param {Material} material
 * @returns {Promise<SigningLibrary>}
 */
async function joseSigner({ alg, privateKey: key }) {
  const imported =
    key.type === 'secret' ? await hmacCryptoKey(alg, key) : await importPKCS8(pem(key), alg)
  const make = () =>
    new SignJWT(claims())
      .setProtectedHeader({ alg, typ: 'JWT', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('15m')
      .sign(imported)
  return { name: 'jose', isAsync: true, make }
}

function withoutId() {
  const { sub, role, scope } = fixed
  return { sub, role, scope }
}

const fixed = claims()

/** @param {string} alg */
function known(alg) {
  return /** @type {import('jotgate').Algorithm} */ (alg) // hmacKey and the others refuse what they do not know
}

/** @param {import('node:crypto').KeyObject} key */
function exported(key) {
  return key.type === 'secret' ? key.export() : pem(key)
}

/** @param {import('node:crypto').KeyObject} key */
function pem(key) {
  const type = key.type === 'public' ? 'spki' : 'pkcs8'
  return key.export({ format: 'pem', type }).toString()
}

/**
 * jose is faster with a CryptoKey than with the bytes.
 *
 * @param {string} alg
 * @param {import('node:crypto').KeyObject} key
 */
function hmacCryptoKey(alg, key) {
  const algorithm = { name: 'HMAC', hash: `SHA-${alg.slice(2)}` }
  return crypto.subtle.importKey('raw', key.export(), algorithm, false, ['sign', 'verify'])
}
