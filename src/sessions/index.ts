export { createIssuer, type Issuer } from './issuer.js'
export { createServiceKeys, type ServiceKeys, type ServiceKeysOptions } from './service-keys.js'
export type { IssuerOptions, RecoveryByClient, SubjectState } from './issuer-options.js'
export type { IssueRequest } from './issue.js'
export type { RefreshRequest } from './refresh.js'
export type { EndTarget, OwnSession } from './end.js'
export type { TokenResponse } from './tokens.js'
export type { SessionInfo } from './session-info.js'
export type { SessionEvent, SessionHooks } from './events.js'
export type {
  EndAllRequest,
  Family,
  FamilyMeta,
  FamilyStore,
  RotateKind,
  RotateRequest,
  RotateResult,
} from './ports.js'
