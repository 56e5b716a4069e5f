export { createSessions, type Sessions } from './sessions.js'
export { createServiceKeys, type ServiceKeys, type ServiceKeysOptions } from './service-keys.js'
export type { SessionsOptions, RecoveryByClient, SubjectState } from './session-options.js'
export type { IssueRequest } from './issue.js'
export type { RefreshRequest } from './refresh.js'
export type { EndTarget, OwnSession } from './end.js'
export type { TokenResponse } from './tokens.js'
export type { SessionInfo } from './session-info.js'
export type { SessionEvent, SessionHooks } from './events.js'
export type {
  DueRequest,
  EndAllRequest,
  SessionPage,
  StoredSession,
  SessionMeta,
  SessionStore,
  RotateKind,
  RotateRequest,
  RotateResult,
} from './ports.js'
