export {
  createRevocation,
  type Revocation,
  type RevocationOptions,
  type RevocationStatus,
} from './revocation.js'
export type { RevokeRequest } from './entry.js'
export type { RevocationEvent } from './replica.js'
export type { RevocationEntry, RevocationPage, RevocationStore, StoredRevocation } from './ports.js'
