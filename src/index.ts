/**
 * JWT authentication for TypeScript services. Adapters, stores and the test kit have their own subpaths: `jotgate/express`,
 * `jotgate/stores/sqlite`, `jotgate/testkit`; what only adapters, stores and key sources need is in `jotgate/extend`.
 */

// What applications use.
export { AuthError, ConfigError } from './foundation/errors.js'
export { parseDuration } from './foundation/duration.js'
export {
  externalKey,
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
export { createAuth } from './auth/index.js'
export {
  allOf,
  anyOf,
  createCookieMode,
  from,
  fromContext,
  createGate,
  not,
  presets,
  requireAcr,
  requireClaim,
  requireNoActor,
  requireRecentLogin,
  requireRoles,
  requireScopes,
  select,
} from './gate/index.js'

// Their types.
export type { ErrorCode, PublicReason, StepUp } from './foundation/errors.js'
export type { Duration } from './foundation/duration.js'
export type {
  Algorithm,
  ExternalKeyOptions,
  ExternalSign,
  HmacKeyOptions,
  JsonWebKey,
  Key,
  KeyOptions,
  KnownSecrets,
} from './key/index.js'
export type {
  Claims,
  ClaimsSchema,
  Explanation,
  IssuerFunction,
  JoseHeader,
  KeySource,
  Signer,
  SignerOptions,
  TrustedIssuer,
  UnverifiedToken,
  VerifiedToken,
  Verifier,
  VerifierOptions,
} from './token/index.js'
export type {
  CurrentAndPrevious,
  CurrentAndPreviousOptions,
  KeyRing,
  KeyRingOptions,
  LocalJwksOptions,
  PublishedSet,
  RemoteJwks,
  RemoteJwksOptions,
  SecretSource,
  SecretSourceOptions,
} from './key-sources/index.js'
export type {
  Authentication,
  EndedSession,
  EndTarget,
  ImpersonationEvent,
  ImpersonationOptions,
  ImpersonationResponse,
  IssueRequest,
  Sessions,
  SessionsOptions,
  OwnSession,
  RefreshRequest,
  ServiceKeys,
  ServiceKeysOptions,
  SessionEvent,
  SessionHooks,
  SessionInfo,
  SubjectContext,
  SubjectState,
  TokenResponse,
  UpdateOptions,
} from './session/index.js'
export type { Auth, AuthOptions, AuthStores } from './auth/index.js'
export type {
  AskingRevocation,
  AskingRevocationOptions,
  Revocation,
  RevocationOptions,
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
  OnEvent,
  RecentLoginOptions,
  Rules,
  Selector,
  GateOptions,
} from './gate/index.js'
export type {
  Credentials,
  Login,
  LoginLimits,
  LoginRequest,
  SessionRouteEvent,
  SessionRoutesOptions,
} from './session-routes/index.js'
