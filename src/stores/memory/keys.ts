import type { KeyRingStore, StoredRing } from '../../key-sources/ports.js'

/**
 * A key ring in the memory of this process: the reference for every other store.
 *
 * Not for: more than one process, or tokens that must stay valid after a restart.
 *
 * @example const ring = createKeyRing({ store: memoryKeys(), … })
 */
export function memoryKeys(): KeyRingStore {
  let newest: StoredRing | undefined
  return Object.freeze({
    read: () => Promise.resolve(newest),
    write: ({ revision, sealed }: StoredRing) => {
      if (revision !== (newest?.revision ?? 0) + 1) return Promise.resolve(false)
      newest = Object.freeze({ revision, sealed })
      return Promise.resolve(true)
    },
  })
}
