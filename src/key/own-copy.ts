import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/**
 * The same key in an object that nobody else knows, by way of DER. What `generateKeyPair` of node:crypto gives shares a
 * lock with the job that made it; Node 20 takes it again when that job is collected as garbage in the middle of an export
 * as a JWK, and waits for ever.
 *
 * @example ownCopy(generateKeyPairSync('ed25519').privateKey).export({ format: 'jwk' })
 */
export function ownCopy(key: KeyObject): KeyObject {
  if (key.type === 'private') {
    const encoding = { type: 'pkcs8', format: 'der' } as const
    return createPrivateKey({ key: key.export(encoding), ...encoding })
  }
  const encoding = { type: 'spki', format: 'der' } as const
  return createPublicKey({ key: key.export(encoding), ...encoding })
}
