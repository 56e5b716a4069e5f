/**
 * JWT authentication for TypeScript services. Adapters, stores and the test kit have their own subpaths: `jotgate/express`,
 * `jotgate/stores/sqlite`, `jotgate/testkit`.
 */

// What applications use.
export { AuthError, ConfigError, errorTable } from './foundation/errors.js'
export { parseDuration } from './foundation/duration.js'
export {
  hmacKey,
  privateKey,
  publicJwk,
  publicKey,
  thumbprint,
  verificationKey,
} from './key/index.js'
export {
  createSigner,
  createVerifier,
  decodeToken,
  signCompact,
  verifyCompact,
} from './token/index.js'
export {
  createKeyRing,
  currentAndPrevious,
  followSecret,
  isUnchanged,
  localJwks,
  publishedSet,
  remoteJwks,
  secretSource,
  staticKeys,
} from './key-sources/index.js'
export { createSessions, createServiceKeys } from './session/index.js'
export { createRevocation } from './revocation/index.js'
export {
  allOf,
  anyOf,
  chain,
  createCookieMode,
  from,
  fromContext,
  createGate,
  newContext,
  not,
  presets,
  requireClaim,
  requireRoles,
  requireScopes,
  select,
} from './gate/index.js'

// Their types.
export type { AuthErrorDetails, BearerError, ErrorCode, PublicReason } from './foundation/errors.js'
export type { Duration } from './foundation/duration.js'
export type {
  Algorithm,
  AsymmetricInput,
  HmacKeyOptions,
  JsonWebKey,
  Key,
  KeyOptions,
  KnownSecrets,
  SecretInput,
} from './key/index.js'
export type {
  CacheLimits,
  CacheUse,
  CheckReport,
  Claims,
  ClaimsSchema,
  CommonOptions,
  Explanation,
  JoseHeader,
  KeyFinder,
  KeySource,
  PinnedHeader,
  Signer,
  SignerOptions,
  StandardSchema,
  TrustedIssuer,
  UnverifiedToken,
  VerifiedCompact,
  VerifiedToken,
  Verifier,
  VerifierOptions,
} from './token/index.js'
export type {
  CurrentAndPrevious,
  CurrentAndPreviousOptions,
  KeyRing,
  KeyRingEvent,
  KeyRingOptions,
  KeyRingStatus,
  KeyRingStore,
  KeyState,
  KeyUsage,
  LocalJwksOptions,
  PublishedSet,
  RemoteJwks,
  RemoteJwksEvent,
  RemoteJwksOptions,
  RemoteJwksStatus,
  RingKeyInfo,
  SecretEncoding,
  SecretSource,
  SecretSourceOptions,
  StoredRing,
} from './key-sources/index.js'
export type {
  EndTarget,
  IssueRequest,
  Sessions,
  SessionsOptions,
  OwnSession,
  RecoveryByClient,
  RefreshRequest,
  ServiceKeys,
  ServiceKeysOptions,
  SessionEvent,
  SessionHooks,
  SessionInfo,
  SubjectState,
  TokenResponse,
} from './session/index.js'
export type {
  Revocation,
  RevocationEvent,
  RevocationOptions,
  RevocationStatus,
  RevokeRequest,
} from './revocation/index.js'
export type {
  AuthContext,
  Authorize,
  CookieAnswer,
  CookieMode,
  CookieModeOptions,
  CookieTokens,
  Extractor,
  Gate,
  GateEvent,
  Guard,
  KratosRules,
  OnEvent,
  Rules,
  SelectExcept,
  SelectOnly,
  Selector,
  GateOptions,
} from './gate/index.js'

// What those who write adapters and stores need.
export { createResponder } from './gate/index.js'
export type { Call, Middleware, Refusal, RenderedBody, Renderer } from './gate/index.js'
export type {
  EndAllRequest,
  StoredSession,
  SessionMeta,
  SessionStore,
  RotateKind,
  RotateRequest,
  RotateResult,
} from './session/index.js'
export type {
  FeedListener,
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from './revocation/index.js'
