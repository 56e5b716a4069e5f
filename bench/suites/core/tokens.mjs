import { randomUUID } from 'node:crypto'

/** What every token of the benchmark says, and every contender checks. */
export const policy = {
  issuer: 'https://auth.example',
  audience: 'orders',
  kid: 'bench-2026',
  exp: Math.floor(Date.now() / 1000) + 3600,
}

/**
 * Tokens of one algorithm, all different, made with node:crypto alone. They lie in one buffer, and `at` makes a new
 * string of one each time, as it comes from a socket: a string that is used again would bring its hash along.
 *
 * @typedef {{
 *   readonly count: number,
 *   readonly at: (index: number) => string,
 *   readonly badAt: (index: number) => string,
 *   readonly inputs: readonly Buffer[],
 *   readonly signatures: readonly Buffer[],
 * }} Tokens
 */

/**
 * @param {import('./material.mjs').Material} material
 * @param {number} count
 * @returns {Tokens}
 */
export function makeTokens(material, count) {
  const inputs = []
  const signatures = []
  const texts = []
  for (let index = 0; index < count; index++) {
    const input = Buffer.from(signingInput(material.alg, {}))
    const signature = material.sign(input)
    inputs.push(input)
    signatures.push(signature)
    texts.push(compact(material, input, signature))
  }
  const good = pool(texts)
  const bad = pool(texts.map(spoil))
  return { count, at: good, badAt: bad, inputs, signatures }
}

/**
 * Tokens that everybody must refuse, by what is wrong with them.
 *
 * @param {import('./material.mjs').Material} material
 * @returns {Readonly<Record<string, string>>}
 */
export function badTokens(material) {
  const signed = (/** @type {object} */ claims) => {
    const input = Buffer.from(signingInput(material.alg, claims))
    return compact(material, input, material.sign(input))
  }
  const [header, , signature] = signed({}).split('.')
  const [, otherPayload] = signed({ role: 'admin' }).split('.')
  return {
    'a bad signature': spoil(signed({})),
    'other claims': `${header ?? ''}.${otherPayload ?? ''}.${signature ?? ''}`,
    'an expiry in the past': signed({ exp: policy.exp - 7200 }),
    'another issuer': signed({ iss: 'https://other.example' }),
    'another audience': signed({ aud: 'billing' }),
  }
}

/** Claims as an access token has them (RFC 9068), 220 bytes of JSON. */
export function claims() {
  return {
    sub: '5f3a9c1e-0d5b-4c8e-9b1a-7f2e6d4c3b2a',
    jti: randomUUID(),
    role: 'member',
    scope: 'orders:read orders:write',
  }
}

/**
 * @param {string} alg
 * @param {object} changed
 */
function signingInput(alg, changed) {
  const { issuer, audience, kid, exp } = policy
  const times = { exp, iat: exp - 3600 }
  const payload = { iss: issuer, aud: audience, ...claims(), ...times, ...changed }
  return `${encode({ alg, typ: 'JWT', kid })}.${encode(payload)}`
}

/** @param {unknown} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/**
 * @param {import('./material.mjs').Material} material
 * @param {Buffer} input
 * @param {Buffer} signature
 */
function compact({ toJws }, input, signature) {
  return `${input.toString()}.${(toJws ? toJws(signature) : signature).toString('base64url')}`
}

/**
 * The same token with one letter in the middle of its signature changed.
 *
 * @param {string} token
 */
function spoil(token) {
  const place = Math.floor((token.lastIndexOf('.') + token.length) / 2)
  const other = token[place] === 'A' ? 'B' : 'A'
  return token.slice(0, place) + other + token.slice(place + 1)
}

/**
 * @param {readonly string[]} texts
 * @returns {(index: number) => string}
 */
function pool(texts) {
  const bytes = Buffer.from(texts.join(''), 'latin1')
  const ends = new Uint32Array(texts.length)
  let end = 0
  for (const [index, text] of texts.entries()) ends[index] = end += text.length
  return (index) => {
    const place = index % texts.length
    return bytes.toString('latin1', place === 0 ? 0 : ends[place - 1], ends[place])
  }
}
