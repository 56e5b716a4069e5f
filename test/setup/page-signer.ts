import { generateKeyPairSync } from 'node:crypto'
import { privateKey } from '../../src/key/index.js'
import { createSigner } from '../../src/token/index.js'

/** A new key pair as PEM, for servers that the pages show. */
export const pair = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** Signs with it what the pages' policies accept: `https://auth.example` for `api`. */
export const sign = createSigner({
  key: privateKey(pair.privateKey, 'ES256'),
  issuer: 'https://auth.example',
  audience: 'api',
  expiresIn: '15m',
  replaceable: ['iat', 'exp'],
})
