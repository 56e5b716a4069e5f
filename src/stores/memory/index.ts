import type { KeyRingStore } from '../../key-sources/ports.js'
import type { RevocationStore } from '../../revocation/ports.js'
import type { SessionStore } from '../../session/ports.js'
import type { AttemptStore } from '../../session-routes/ports.js'
import { memoryAttempts } from './attempts.js'
import { memoryKeys } from './keys.js'
import { memorySessions } from './sessions.js'
import { memoryRevocations } from './revocations.js'

export { memoryAttempts } from './attempts.js'

/** Stores of one process. */
export interface MemoryStores {
  readonly sessions: SessionStore
  readonly revocations: RevocationStore
  /** For a key ring of this process. */
  readonly keys: KeyRingStore
  /** Counts of failed logins: what `sessionRoutes` has without it. */
  readonly attempts: AttemptStore
}

/**
 * Stores in the memory of this process, for tests and for one-process services that may log everyone out when they
 * restart.
 *
 * Not for: more than one process, or a service whose revocations must survive a restart.
 *
 * @example const { sessions, revocations } = memoryStores()
 */
export function memoryStores(): MemoryStores {
  return {
    sessions: memorySessions(),
    revocations: memoryRevocations(),
    keys: memoryKeys(),
    attempts: memoryAttempts(),
  }
}
