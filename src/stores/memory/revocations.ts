import type { RevocationEntry, RevocationStore, StoredRevocation } from '../../revocation/ports.js'

/** Revocations in this process: the reference for every other store. They are gone when it stops. */
export function memoryRevocations(): RevocationStore {
  // Kept in the order of positions: an entry that changes goes to the end.
  const entries = new Map<string, StoredRevocation>()
  let last = 0

  return {
    add: (entry: RevocationEntry) => {
      const name = JSON.stringify([entry.issuer, entry.kind, 'value' in entry ? entry.value : ''])
      const known = entries.get(name)
      const merged = merge(known?.entry, entry)
      if (merged === known?.entry) return Promise.resolve()
      entries.delete(name)
      entries.set(name, { position: ++last, entry: merged })
      return Promise.resolve()
    },
    read: (after: number, now: number) =>
      Promise.resolve({
        last,
        entries: [...entries.values()].filter(
          ({ position, entry }) => position > after && entry.expiresAt > now,
        ),
      }),
    sweep: (before: number) => {
      const old = [...entries].filter(([, { entry }]) => entry.expiresAt < before)
      for (const [name] of old) entries.delete(name)
      return Promise.resolve(old.length)
    },
  }
}

/** The later of each time; the known entry itself when the added one says nothing new. */
function merge(known: RevocationEntry | undefined, added: RevocationEntry): RevocationEntry {
  if (known === undefined) return { ...added }
  const expiresAt = Math.max(known.expiresAt, added.expiresAt)
  const before = Math.max(cutOff(known), cutOff(added))
  if (expiresAt === known.expiresAt && before === cutOff(known)) return known
  return 'before' in added ? { ...added, before, expiresAt } : { ...added, expiresAt }
}

function cutOff(entry: RevocationEntry): number {
  return 'before' in entry ? entry.before : 0
}
