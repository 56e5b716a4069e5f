import type { KeyRingStore } from '../../keys/ports.js'
import type { RevocationStore } from '../../revocation/ports.js'
import type { FamilyStore } from '../../sessions/ports.js'
import { memoryKeys } from '../keys/memory.js'
import { memoryFamilies } from './families.js'
import { memoryRevocations } from './revocations.js'

/** State of one process. */
export interface MemoryStores {
  readonly families: FamilyStore
  readonly revocations: RevocationStore
  /** For a key ring of this process. */
  readonly keys: KeyRingStore
}

/**
 * Stores that live and die with this process, for tests and for services of one process that may log everyone out
 * when they restart.
 *
 * Not for: more than one process, or a service whose revocations must survive a restart.
 *
 * @example const { families, revocations } = memoryStores()
 */
export function memoryStores(): MemoryStores {
  return { families: memoryFamilies(), revocations: memoryRevocations(), keys: memoryKeys() }
}
