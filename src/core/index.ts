export { createVerifier, type Verifier } from './verify.js'
export { createSigner, type Signer, type SignerOptions } from './sign.js'
export {
  decodeToken,
  type Claims,
  type JoseHeader,
  type UnverifiedToken,
  type VerifiedToken,
} from './token.js'
export { signCompact, verifyCompact, type VerifiedCompact } from './compact.js'
export {
  hmacKey,
  privateKey,
  publicJwk,
  publicKey,
  verificationKey,
  type AsymmetricInput,
  type JsonWebKey,
  type Key,
  type HmacKeyOptions,
  type KeyOptions,
  type KnownSecrets,
  type SecretInput,
} from './key.js'
export { thumbprint } from './thumbprint.js'
export { parseDuration, type Duration } from './duration.js'
export {
  AuthError,
  ConfigError,
  errorTable,
  type AuthErrorDetails,
  type BearerError,
  type ErrorCode,
  type PublicReason,
} from './errors.js'
// For those who write key sources and tools.
export {
  algorithmNames,
  algorithmRow,
  isAlgorithm,
  type Algorithm,
  type AlgorithmRow,
} from './algorithms.js'
export type { KeyFinder, KeySource } from './key-source.js'
export type { PinnedHeader } from './header.js'
export type { ClaimsSchema, StandardSchema } from './schema.js'
export type { TrustedIssuer } from './issuer-policy.js'
export type { CommonOptions, VerifierOptions } from './verifier-options.js'
export type { CacheLimits } from './verified-cache.js'
export type { CacheUse } from './recall.js'
export type { CheckReport, Explanation } from './report.js'
