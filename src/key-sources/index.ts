export { staticKeys } from './static.js'
export {
  currentAndPrevious,
  type CurrentAndPrevious,
  type CurrentAndPreviousOptions,
  type KeyUsage,
} from './current-and-previous.js'
export { localJwks, type LocalJwksOptions } from './local-jwks.js'
export {
  remoteJwks,
  type RemoteJwks,
  type RemoteJwksEvent,
  type RemoteJwksOptions,
  type RemoteJwksStatus,
} from './remote-jwks.js'
export {
  guardedFetch,
  type FetchedAnswer,
  type GuardedFetch,
  type Lookup,
} from './remote/guarded-fetch.js'
export { RemoteProblem, type RemoteProblemKind } from './remote/problem.js'
export type { Reach } from './remote/reach.js'
export { checkUrl, type Places } from './remote/set-url.js'
export {
  createKeyRing,
  type KeyRing,
  type KeyRingEvent,
  type KeyRingOptions,
  type KeyRingStatus,
  type KeyState,
  type RingKeyInfo,
} from './key-ring.js'
export { isUnchanged, publishedSet, type PublishedSet } from './published.js'
export {
  followSecret,
  secretSource,
  type SecretEncoding,
  type SecretSource,
  type SecretSourceOptions,
} from './secret-source.js'
export type { KeyRingStore, StoredRing } from './ports.js'
