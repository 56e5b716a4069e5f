import { createVerifier, hmacKey, createGate, publicKey } from 'jotgate'
import { audience, issuer } from './material.mjs'

/** @import { Trust } from './material.mjs' */

/** As many as the suite has tokens, so that all of them are remembered. */
const cache = { entries: 4096, bytes: 16_777_216 }

/**
 * Our policy, with and without a cache of verified tokens.
 *
 * @param {Trust} trust
 * @param {string} contender
 */
export function makeGate({ alg, secret }, contender) {
  const keys = alg === 'HS256' ? hmacKey(Buffer.from(secret), alg) : publicKey(secret, alg)
  const verify = createVerifier({
    keys,
    algorithms: [alg],
    issuer,
    audience,
    cache: contender.endsWith('cached') ? cache : false,
  })
  return createGate({ verify })
}
