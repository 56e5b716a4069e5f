/**
 * JWT authentication for TypeScript services. Adapters, stores and the test kit have their own subpaths: `jotgate/express`,
 * `jotgate/stores/sqlite`, `jotgate/testkit`.
 */

// What applications use.
export {
  AuthError,
  ConfigError,
  createSigner,
  createVerifier,
  decodeToken,
  errorTable,
  hmacKey,
  parseDuration,
  privateKey,
  publicJwk,
  publicKey,
  signCompact,
  thumbprint,
  verificationKey,
  verifyCompact,
} from './core/index.js'
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
} from './keys/index.js'
export { createIssuer, createServiceKeys } from './sessions/index.js'
export { createRevocation } from './revocation/index.js'
export {
  allOf,
  anyOf,
  chain,
  from,
  fromContext,
  jwtServer,
  newContext,
  not,
  presets,
  requireClaim,
  requireRoles,
  requireScopes,
  select,
} from './middleware/index.js'

// Their types.
export type {
  Algorithm,
  AsymmetricInput,
  AuthErrorDetails,
  BearerError,
  CacheLimits,
  CheckReport,
  Claims,
  ClaimsSchema,
  CommonOptions,
  Duration,
  ErrorCode,
  Explanation,
  HmacKeyOptions,
  JoseHeader,
  Key,
  KeyFinder,
  KeyOptions,
  KeySource,
  KnownSecrets,
  PinnedHeader,
  PublicReason,
  SecretInput,
  Signer,
  SignerOptions,
  StandardSchema,
  TrustedIssuer,
  UnverifiedToken,
  VerifiedCompact,
  VerifiedToken,
  Verifier,
  VerifierOptions,
} from './core/index.js'
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
} from './keys/index.js'
export type {
  EndTarget,
  IssueRequest,
  Issuer,
  IssuerOptions,
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
} from './sessions/index.js'
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
  ServerOptions,
} from './middleware/index.js'

// What those who write adapters and stores need.
export { createResponder } from './middleware/index.js'
export type { Call, Middleware, Refusal, RenderedBody, Renderer } from './middleware/index.js'
export type {
  EndAllRequest,
  Family,
  FamilyMeta,
  FamilyStore,
  RotateKind,
  RotateRequest,
  RotateResult,
} from './sessions/index.js'
export type {
  FeedListener,
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from './revocation/index.js'
