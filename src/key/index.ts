export {
  hmacKey,
  privateKey,
  publicJwk,
  publicKey,
  verificationKey,
  type AsymmetricInput,
  type HmacKeyOptions,
  type JsonWebKey,
  type Key,
  type KeyOptions,
  type KnownSecrets,
  type SecretInput,
} from './key.js'
export { thumbprint } from './thumbprint.js'
// For those who write key sources and tools.
export {
  algorithmNames,
  algorithmRow,
  isAlgorithm,
  type Algorithm,
  type AlgorithmRow,
} from './algorithms.js'
