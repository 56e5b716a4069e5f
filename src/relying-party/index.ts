export { createRelyingParty, type RelyingParty } from './relying-party.js'
export type {
  HandedOver,
  LogoutTarget,
  RelyingPartyEvent,
  RelyingPartyOptions,
  TokenEndpointAuthMethod,
} from './options.js'
export type { LoginOptions } from './login.js'
export type { LoginChallenge } from './step-up.js'
export type { SiteAnswer } from './answer.js'
export type { HeaderBag, SiteRequest } from './site-request.js'
export type { IdClaims, SiteLogin, UnverifiedTokens } from './site-login.js'
export type { UserInfo } from './user-info.js'
export type { EndedMark, SiteSession, SiteSessionStore } from './ports.js'
export { memorySiteSessions } from './memory-site-sessions.js'
export type { RelyingPartyRoute, SiteRoute } from './routes.js'
