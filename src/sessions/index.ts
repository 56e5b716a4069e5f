export {
  createIssuer,
  type EndTarget,
  type IssueRequest,
  type Issuer,
  type RefreshRequest,
} from './issuer.js'
export { createServiceKeys, type ServiceKeys, type ServiceKeysOptions } from './service-keys.js'
export type { IssuerOptions, SubjectState } from './issuer-options.js'
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
