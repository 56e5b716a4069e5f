export { createSessions, type Sessions } from './sessions.js'
export { createServiceKeys, type ServiceKeys, type ServiceKeysOptions } from './service-keys.js'
export type {
  ImpersonationOptions,
  RecoveryByClient,
  SessionsOptions,
  SubjectContext,
  SubjectState,
} from './session-options.js'
export type { Authentication } from './details.js'
export type { ImpersonationResponse } from './impersonate.js'
export type { UpdateOptions } from './update.js'
export type { IssueRequest } from './issue.js'
export type { RefreshRequest } from './refresh.js'
export type { EndedSession, EndTarget, OwnSession } from './end.js'
export type { TokenResponse } from './tokens.js'
export type { SessionInfo } from './session-info.js'
export type { ImpersonationEvent, SessionEvent, SessionHooks } from './events.js'
export type {
  DueRequest,
  EndAllRequest,
  ReplaceRequest,
  SessionDetails,
  SessionPage,
  StoredSession,
  SessionMeta,
  SessionStore,
  RotateKind,
  RotateRequest,
  RotateResult,
  SweepRequest,
  TurnRequest,
} from './ports.js'
