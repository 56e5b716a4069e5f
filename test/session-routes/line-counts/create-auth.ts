import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  createGate,
  createRevocation,
  createServiceKeys,
  createSessions,
  createSigner,
  createVerifier,
  privateKey,
  verificationKey,
  type Authorize,
  type Claims,
  type SessionsOptions,
} from 'jotgate'
import type { SqlStores } from 'jotgate/stores/sqlite'

/** What an application says of itself; keys and secrets would come from its configuration. */
export interface AuthOptions extends Pick<SessionsOptions, 'loadSubject'> {
  readonly issuer: string
  readonly audience: string
  readonly stores: SqlStores
}

/** Sessions, revocation and a gate that belong together, and `gateFor` with a guard more. */
export async function createAuth({ issuer, audience, stores, loadSubject }: AuthOptions) {
  const key = privateKey(generateKeyPairSync('ed25519').privateKey, 'EdDSA')
  const accessTtl = '15m'
  const revocation = createRevocation({ store: stores.revocations, issuer, accessTtl })
  await revocation.start()
  const sessions = createSessions({
    sign: createSigner({ key, issuer, audience, expiresIn: accessTtl }),
    store: stores.sessions,
    serviceKey: createServiceKeys({ current: randomBytes(32) }),
    loadSubject,
    revoke: (entry) => revocation.revoke(entry),
    isRevoked: (sid) => revocation.isSidRevoked(sid),
  })
  const policy = {
    verify: createVerifier({
      ...{ keys: verificationKey(key), algorithms: ['EdDSA'], issuer, audience },
      maxTokenAge: accessTtl,
    }),
    isRevoked: revocation.isRevoked.bind(revocation),
  }
  const gateFor = (authorize: Authorize<Claims>) => createGate({ ...policy, authorize })
  return { sessions, gate: createGate(policy), gateFor }
}
