/**
 * The server's half of generated projects: how a route runs, whatever carries it. `jotgate/api-spec/fastify` and
 * `jotgate/api-spec/fetch` carry it, and `jotgate/api-spec/client` calls it.
 */

// How a route runs.
export { guarded, open, optional } from './route.js'
export { HttpError, notImplemented, problemOf } from './http-error.js'
export { nothing, readRequest, RequestError } from './schema/schema.js'
export { idClaim } from './id-claim.js'
export { secretGate, secretSigner } from './secrets.js'

// For servers that are not here.
export { answerText, answerTo, eventsOf } from './answer.js'

// Their types.
export type {
  Call,
  Files,
  GuardedCall,
  GuardedHandler,
  Handler,
  Middleware,
  OptionalCall,
  OptionalHandler,
  RequestCall,
  Upload,
  Uploads,
} from './call.js'
export type { GatesOf, GuardedOptions, Incoming, Route, RouteOptions } from './route.js'
export type { Parts, Problem, Schema } from './schema/schema.js'
export type { FormRules } from './form-rules.js'
export type { AnswerRules, ErrorAnswer } from './answer.js'
export type { AuthConfig, GatesOptions, Secrets, TokenPolicy, TransitionConfig } from './secrets.js'
export type { CookieConfig, TokenFrom } from './token-from.js'
