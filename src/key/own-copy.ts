import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Copies a key into a fresh object, by way of DER. A key of `generateKeyPair` of node:crypto shares a lock with the job
 * that made it. If that job is garbage collected in the middle of an export as a JWK, Node 20 takes the lock again and
 * waits for ever.
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
