export {
  createRevocation,
  type Revocation,
  type RevocationEvent,
  type RevocationOptions,
  type RevocationStatus,
  type RevokeRequest,
} from './revocation.js'
export type { RevocationEntry, RevocationStore, StoredRevocation } from './ports.js'
