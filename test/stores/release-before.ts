import type { RevocationEntry, RevocationStore } from '../../src/revocation/ports.js'
import type { Claims } from '../../src/token/index.js'
import { openFeed, snapshotOf } from '../../src/testkit/revocation-samples.js'

/** What the release before sessions could be cut off understood of an entry. */
interface Known {
  readonly entry: RevocationEntry
  /** Infinity without one, as for every `sid`: that release ignored the column there. */
  readonly before: number
}

/**
 * A process of release 0.1.0, which knew no cut-off of a session, written down from its code: how it named claims, which
 * entries refused a token, when a session counted as ended, and that it put back all that it knew.
 */
export async function releaseBefore(store: RevocationStore) {
  const { feed, delivered, lost } = await openFeed(store)
  const read = await snapshotOf(feed)
  const known = () => new Map([...read, ...delivered].map((entry) => [keyOf(entry), noted(entry)]))
  const refuses = (issuer: string, claims: Claims): boolean => {
    const iat = claims.iat ?? -Infinity
    const named = Object.entries({
      ...{ jti: claims.jti, sid: claims['sid'], sub: claims.sub, client: claims['client_id'] },
      all: '',
    })
    return named.some(([kind, value]) => {
      const found = known().get(JSON.stringify([issuer, kind, nameOf(value)]))
      return found !== undefined && iat <= found.before
    })
  }
  return {
    feed,
    lost,
    refuses,
    isSidRevoked: (issuer: string, sid: string) => refuses(issuer, { sid, iat: Infinity }),
    /** As after the store has lost everything. */
    putBack: (to: RevocationStore) => to.add([...known().values()].map(({ entry }) => entry)),
  }
}

function noted(entry: RevocationEntry): Known {
  return { entry, before: 'before' in entry ? entry.before : Infinity }
}

function keyOf(entry: RevocationEntry): string {
  return JSON.stringify([entry.issuer, entry.kind, 'value' in entry ? entry.value : ''])
}

/** Texts that begin with the mark of numbers had no name. */
function nameOf(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('\u0001') ? undefined : value
  return Number.isInteger(value) ? `\u0001${String(value)}` : undefined
}
