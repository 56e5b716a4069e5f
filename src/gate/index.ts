export { createGate, type Gate } from './gate.js'
export { type Authorize, type GateOptions } from './gate-options.js'
export { select, type SelectExcept, type SelectOnly, type Selector } from './select.js'
export { type Rules } from './rules.js'
export { presets } from './kratos/presets.js'
export { type KratosRules } from './kratos/kratos-select.js'
export { from, type Extractor } from './extract.js'
export {
  createCookieMode,
  type CookieAnswer,
  type CookieMode,
  type CookieTokens,
} from './cookies/cookie-mode.js'
export { type CookieModeOptions } from './cookies/cookie-options.js'
export {
  allOf,
  anyOf,
  not,
  requireClaim,
  requireRoles,
  requireScopes,
  type Guard,
} from './authorize.js'
export {
  requireAcr,
  requireNoActor,
  requireRecentLogin,
  type RecentLoginOptions,
} from './require-login.js'
export { fromContext, newContext, type AuthContext } from './context.js'
export { type GateEvent, type OnEvent } from './events.js'
export { createResponder, type Refusal, type RenderedBody, type Renderer } from './respond.js'
export { chain } from './chain.js'
export { type Call, type Middleware } from './call.js'
