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
// For those who write key sources and tools.
export type { KeyFinder, KeySource } from './key-source.js'
export type { PinnedHeader } from './header.js'
export type { ClaimsSchema, StandardSchema } from './schema.js'
export type { TrustedIssuer } from './trusted-issuers.js'
export type { CommonOptions, VerifierOptions } from './verifier-options.js'
export type { CacheLimits } from './memory/verified-cache.js'
export type { CacheUse } from './memory/recall.js'
export type { CheckReport, Explanation } from './report.js'
