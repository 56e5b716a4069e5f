import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { auth, type Listener, type AuthRequest } from '../../src/adapters/node/node.js'
import { hmacKey, privateKey, verificationKey } from '../../src/key/index.js'
import { type Claims, createSigner, createVerifier } from '../../src/token/index.js'
import { createGate, type Gate, type GateEvent } from '../../src/gate/index.js'
import type { GateOptions } from '../../src/gate/gate-options.js'
import { createRevocation, type RevocationStore } from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { listening } from '../adapters/apps/listening.js'
import { issuer } from './tokens.js'

export const audience = 'api'
/** Seconds. */
export const tolerance = 60
const keys = {
  HS256: hmacKey(randomBytes(32), 'HS256'),
  ES256: privateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256'),
}
export type Alg = keyof typeof keys

interface Guarding {
  readonly alg?: Alg
  readonly cache?: boolean
  readonly store?: RevocationStore
  /** Unix time in seconds. Default: the system's clock. */
  readonly now?: () => number
  readonly gateOptions?: Partial<GateOptions<Claims>>
  /** The handler behind the gate. Default: answers `in`. */
  readonly behind?: (gate: Gate<Claims>) => Listener<AuthRequest<Claims>>
}

/** A service on node:http whose gate checks revocation. */
export async function guarded(guarding: Guarding = {}) {
  const { alg = 'HS256', cache = false, now = () => Date.now() / 1000, gateOptions } = guarding
  const { store = memoryStores().revocations } = guarding
  const behind = guarding.behind ?? (() => (_, response) => response.end('in'))
  const revocation = createRevocation({ store, issuer, accessTtl: '15m', now })
  await revocation.start()
  const key = keys[alg]
  let verifications = 0
  const find = () => {
    verifications++
    return alg === 'HS256' ? key : verificationKey(key)
  }
  const verify = createVerifier({
    keys: { find, version: () => 0 },
    ...{ algorithms: [alg], issuer, audience, clockTolerance: tolerance, now },
    cache: cache && { entries: 1024, bytes: 1_000_000 },
  })
  const events: GateEvent[] = []
  const gate = createGate({
    verify,
    isRevoked: (token) => revocation.isRevoked(token),
    onEvent: (event) => void events.push(event),
    ...gateOptions,
  })
  const server = await listening(auth(gate)(behind(gate)))
  return {
    ...{ base: server.base, revocation, events },
    sign: createSigner({
      key,
      issuer,
      audience,
      expiresIn: '15m',
      now,
      replaceable: ['jti', 'exp', 'iat'],
    }),
    /** Number of tokens verified, without those found in the cache. */
    verifications: () => verifications,
    close: async () => {
      await server.close()
      revocation.close()
    },
  }
}
