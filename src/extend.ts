/**
 * For those who write adapters, stores and key sources of their own: the ports, and the parts that every one of them
 * needs. Applications have no use for it.
 */

export { askStore, isLate, unavailable } from './foundation/ask-store.js'
export { within, type Deadline } from './foundation/deadline.js'
export { notify } from './foundation/listener.js'
export { createSettledTime, passedAtStore } from './foundation/settled-time.js'
export type { SettledTimeParts, StoreClock } from './foundation/settled-time.js'
export { isScopeToken, isStorableName, isText } from './foundation/names.js'

export { errorTable } from './foundation/errors.js'
export type { AuthErrorDetails, BearerError } from './foundation/errors.js'
export { chain, createResponder, newContext } from './gate/index.js'
export type {
  Call,
  KratosRules,
  Middleware,
  Refusal,
  RenderedBody,
  Renderer,
  SelectExcept,
  SelectOnly,
} from './gate/index.js'
export { checkUrl, guardedFetch, RemoteProblem } from './key-sources/index.js'
export type {
  FetchedAnswer,
  GuardedFetch,
  KeyRingEvent,
  KeyRingStatus,
  KeyRingStore,
  KeyState,
  KeyUsage,
  Lookup,
  Places,
  Reach,
  RemoteJwksEvent,
  RemoteJwksStatus,
  RemoteProblemKind,
  RingKeyInfo,
  SecretEncoding,
  StoredRing,
} from './key-sources/index.js'
export { shortSecretUntil } from './key/index.js'
export type {
  AsymmetricInput,
  Exceptions,
  ExternalKeyEvent,
  ExternalKeyProblemKind,
  ExternalSignContext,
  SecretInput,
  SkippedEntry,
  SkipReason,
} from './key/index.js'
export type {
  FeedListener,
  FeedRequest,
  RevocationEntry,
  RevocationEvent,
  RevocationFeed,
  RevocationName,
  RevocationStatus,
  RevocationStore,
  StoreAnswer,
  StoreQuestion,
} from './revocation/index.js'
export type {
  DueRequest,
  EndAllRequest,
  SessionPage,
  RecoveryByClient,
  RotateKind,
  RotateRequest,
  RotateResult,
  SessionMeta,
  ReplaceRequest,
  SessionDetails,
  SessionStore,
  StoredSession,
  SweepRequest,
  TurnRequest,
} from './session/index.js'
export { createSessionRoutes } from './session-routes/index.js'
export type {
  AttemptCount,
  AttemptStore,
  FoundRoute,
  RouteAnswer,
  RouteBody,
  RouteName,
  RouteRequest,
  SessionRoutes,
} from './session-routes/index.js'
export type {
  CacheLimits,
  CacheUse,
  CheckReport,
  CommonOptions,
  KeyFinder,
  LookupLimits,
  PinnedHeader,
  StandardSchema,
  VerifiedCompact,
} from './token/index.js'
