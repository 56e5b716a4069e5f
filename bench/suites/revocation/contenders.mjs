import { randomBytes, randomUUID } from 'node:crypto'
import { createSigner, createVerifier, hmacKey } from 'jotgate'
import { issuer, redisKey } from './entries.mjs'

/** @import { Redis } from 'ioredis' */
/** @import { Revocation, VerifiedToken } from 'jotgate' */
/** @import { Contender } from '../../measure.mjs' */
/** @import { MapTable } from './map-table.mjs' */

/** @typedef {VerifiedToken & { readonly payload: { readonly jti?: string } }} Token */

/**
 * Tokens that have really been verified, with these ids or new ones, of different sessions and subjects and one client.
 *
 * @param {number} count
 * @param {readonly string[]} [ids]
 * @returns {Promise<readonly Token[]>}
 */
export async function verifiedTokens(count, ids = []) {
  const key = hmacKey(randomBytes(32), 'HS256')
  const sign = createSigner({ key, issuer, audience: null, expiresIn: '1h', replaceable: ['jti'] })
  const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience: null })
  const tokens = []
  for (let at = 0; at < count; at++) {
    const claims = {
      jti: ids[at] ?? randomUUID(),
      sub: randomUUID(),
      sid: randomBytes(16).toString('base64url'),
      client_id: 'web',
    }
    tokens.push(await verify(await sign(claims)))
  }
  return tokens
}

/**
 * The check as a gate makes it. The texts of the ids are the same each time: nothing of ours remembers anything of them.
 *
 * @param {Revocation} revocation
 * @param {readonly Token[]} tokens
 * @param {boolean} expected
 * @returns {Contender}
 */
export function checkLoop(revocation, tokens, expected) {
  let next = 0
  const run = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) {
      const token = tokens[next++ % tokens.length]
      if (token !== undefined && revocation.isRevoked(token) === expected) right++
    }
    return right
  }
  return { name: 'jotgate', run }
}

/** Ids as new texts each time, as they come out of JSON: a set has to hash every one of them. */
class FreshIds {
  /** @param {readonly Token[]} tokens */
  constructor(tokens) {
    const ids = tokens.map(({ payload }) => payload.jti ?? '')
    this.count = ids.length
    this.length = ids[0]?.length ?? 0
    this.bytes = Buffer.from(ids.join(''), 'latin1')
  }

  /** @param {number} index */
  at(index) {
    const start = (index % this.count) * this.length
    return this.bytes.toString('latin1', start, start + this.length)
  }
}

export const making = 'making the text'

/**
 * What others do, and what of it is only the making of a new text: to be taken off.
 *
 * @param {ReadonlySet<string>} set
 * @param {readonly Token[]} tokens
 * @param {boolean} expected
 * @returns {readonly Contender[]}
 */
export function setLoops(set, tokens, expected) {
  const ids = new FreshIds(tokens)
  let [next, nextMade] = [0, 0]
  return [
    {
      name: 'Set<string>',
      run: (count) => {
        let right = 0
        for (let i = 0; i < count; i++) if (set.has(ids.at(next++)) === expected) right++
        return right
      },
    },
    {
      name: making,
      run: (count) => {
        let right = 0
        for (let i = 0; i < count; i++) if (ids.at(nextMade++).length > 0) right++
        return right
      },
    },
  ]
}

/**
 * The same question to a `Map` for each kind, with the expiry; the making of the text is in the time, as with the set.
 *
 * @param {MapTable} table
 * @param {readonly Token[]} tokens
 * @param {boolean} expected
 * @returns {Contender}
 */
export function mapLoop(table, tokens, expected) {
  const ids = new FreshIds(tokens)
  const now = () => Date.now() / 1000
  let next = 0
  return {
    name: 'Map per kind',
    run: (count) => {
      let right = 0
      for (let i = 0; i < count; i++) if (table.refusesId(ids.at(next++), now) === expected) right++
      return right
    },
  }
}

/** As many as ask at once. */
const inFlight = 16

/**
 * One GET for each token, sixteen at once. What is counted is this process's work alone, not the server's, and no waiting.
 *
 * @param {Redis} client
 * @param {readonly Token[]} tokens
 * @param {boolean} expected
 * @returns {Contender}
 */
export function getLoop(client, tokens, expected) {
  let next = 0
  const ask = async () => {
    const id = tokens[next++ % tokens.length]?.payload.jti ?? ''
    return ((await client.get(redisKey(id))) !== null) === expected
  }
  return {
    name: 'Redis GET',
    run: async (count) => {
      let right = 0
      for (let i = 0; i < count; i += inFlight) {
        const answers = await Promise.all(
          Array.from({ length: Math.min(inFlight, count - i) }, ask),
        )
        right += answers.filter(Boolean).length
      }
      return right
    },
  }
}
