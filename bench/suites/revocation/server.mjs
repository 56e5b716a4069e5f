import { createServer } from 'node:http'
import { Redis } from 'ioredis'
import { createRevocation, createVerifier, hmacKey, createGate } from 'jotgate'
import { auth } from 'jotgate/node'
import { listen } from '../http/listen.mjs'
import { audience, issuer } from '../http/material.mjs'
import { accessTtl, mixedEntries, readOnce, redisKey } from './entries.mjs'

/** @import { GateOptions } from 'jotgate' */
/** @import { Start } from '../http/frameworks.mjs' */

/** The one that every server of the suite that asks must refuse. */
export const revokedId = 'revoked by the benchmark'

/**
 * A guarded node:http server that asks nobody, the revocations of its process, or a Redis for each request.
 *
 * @type {Start}
 */
export async function start(contender, { secret, revoked }) {
  if (revoked === undefined) throw new Error('the server is not told what is revoked')
  const key = hmacKey(Buffer.from(secret), 'HS256')
  const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
  const isRevoked = await question(contender, revoked)
  const gate = createGate(isRevoked ? { verify, isRevoked } : { verify })
  return listen(
    createServer(
      auth(gate)((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"world"}')
      }),
    ),
  )
}

/**
 * @param {string} contender
 * @param {{ redis: string, count: number }} revoked
 * @returns {Promise<GateOptions<unknown>['isRevoked']>}
 */
async function question(contender, { redis, count }) {
  if (contender === 'verify only') return undefined
  if (contender === 'Redis GET') {
    const client = new Redis(redis)
    return async ({ payload }) => (await client.get(redisKey(payload.jti ?? ''))) !== null
  }
  const entries = mixedEntries(count).map((entry) => ({ ...entry, issuer }))
  const { expiresAt } = entries[0] ?? { expiresAt: 0 }
  entries.push({ kind: 'jti', issuer, value: revokedId, expiresAt })
  const revocation = createRevocation({ store: readOnce(entries), issuer, accessTtl })
  await revocation.start()
  return (token) => revocation.isRevoked(token)
}
