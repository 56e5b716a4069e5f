export { jwtClient, type ClientOptions, type JwtClient } from './client.js'
export { type Credential, type Credentials } from './credential.js'
export { selfSigned, type SelfSignedOptions } from './self-signed.js'
export { fromSession, type Session } from './session.js'
export {
  type CookieSessionOptions,
  type SessionOptions,
  type SessionStorage,
  type TokenSessionOptions,
} from './session-options.js'
export { type PairResponse, type StoredSession } from './pair.js'
export { forwarded, type ForwardedOptions } from './forwarded.js'
export { ClientError, clientErrors, type ClientErrorCode } from './errors.js'
export { type ClientEvent, type OnClientEvent } from './events.js'
export { type OnStepUp, type StepUpWanted } from './step-up.js'
// For authors of token sources.
export { type Grant, type Target, type TokenSource } from './source.js'
