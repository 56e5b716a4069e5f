export { privateKey, publicKey } from './asymmetric-key.js'
export { externalKey, type ExternalKeyOptions } from './external-key.js'
export { hmacKey, type HmacKeyOptions } from './hmac-key.js'
export type { AsymmetricInput } from './import.js'
export type { JsonWebKey } from './jwk.js'
export type { SkippedEntry, SkipReason } from './jwk-set.js'
export type { Key } from './key.js'
export type { KeyOptions } from './kid.js'
export { publicJwk, verificationKey } from './public-half.js'
export type {
  ExternalKeyEvent,
  ExternalKeyProblemKind,
  ExternalSign,
  ExternalSignContext,
} from './signature/sign-elsewhere.js'
export type { Exceptions } from './strength/exceptions.js'
export { shortSecretUntil, type KnownSecrets, type SecretInput } from './strength/secret.js'
export { thumbprint } from './thumbprint.js'
// For those who write key sources and tools.
export {
  algorithmNames,
  algorithmRow,
  isAlgorithm,
  type Algorithm,
  type AlgorithmRow,
} from './algorithms.js'
