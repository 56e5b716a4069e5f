export {
  createRevocation,
  type AskingRevocation,
  type AskingRevocationOptions,
  type Revocation,
  type RevocationOptions,
  type RevocationStatus,
} from './revocation.js'
export { toEntry, type EntryContext, type RevokeRequest } from './entry.js'
export { beyondKnown } from './cut-off.js'
export type { RevocationEvent } from './feed/follower.js'
export type {
  FeedListener,
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
  StoreAnswer,
  StoreQuestion,
} from './ports.js'
