import type { Logger } from 'pino'
import { createKeyRing, type KeyRing } from 'jotgate'
import { sqlKeys, type SqlDatabase } from 'jotgate/stores/sqlite'
import type { Configuration } from '../configuration/configuration.js'
import { storedKeys, type DataDirectory } from '../storage/data-directory.js'
import { anySignsIn } from './client-sign-in.js'
import { idTokenAlgorithms, type IdTokenAlgorithm } from './id-token-algorithms.js'

/** Options of {@link createIdTokenRings}. */
export interface RingParts {
  readonly configuration: Pick<
    Configuration,
    'absoluteTtl' | 'encryptionKeys' | 'keySetMaxAge' | 'signing'
  >
  readonly data: DataDirectory
  readonly database: SqlDatabase
  readonly log: Logger
}

/** The rings of ID tokens, each started at its first use. */
export interface IdTokenRings {
  of(algorithm: IdTokenAlgorithm): Promise<KeyRing>
  /** One for each of {@link idTokenAlgorithms} once some client logs users in; none before, so that a service without such clients makes no RSA key. */
  whereNeeded(): Promise<readonly KeyRing[]>
  close(): Promise<void>
}

/**
 * Rings whose retired keys verify for as long as sessions live: an ID token comes back as a hint long after it has expired.
 *
 * @example const rings = createIdTokenRings({ configuration, data, database, log })
 */
export function createIdTokenRings(parts: RingParts): IdTokenRings {
  const started = new Map<IdTokenAlgorithm, Promise<KeyRing>>()
  const of: IdTokenRings['of'] = (algorithm) => {
    const ring = started.get(algorithm) ?? startRing(parts, algorithm)
    started.set(algorithm, ring)
    // Kept only if it has started: the next call tries again.
    ring.catch(() => started.delete(algorithm))
    return ring
  }
  return {
    of,
    whereNeeded: async () => {
      const isNeeded = started.size > 0 || (await anySignsIn(parts.database))
      return isNeeded ? Promise.all(idTokenAlgorithms.map(of)) : []
    },
    close: async () => {
      const rings = await Promise.allSettled(started.values())
      for (const each of rings) if (each.status === 'fulfilled') each.value.close()
    },
  }
}

async function startRing(
  { configuration, data, database, log }: RingParts,
  algorithm: IdTokenAlgorithm,
): Promise<KeyRing> {
  const { absoluteTtl, encryptionKeys, keySetMaxAge, signing } = configuration
  const ring = createKeyRing({
    store: sqlKeys(database, `id-tokens-${algorithm}`),
    algorithm,
    encryptionKey: encryptionKeys ?? storedKeys(data, 'ring.key'),
    tokenLife: absoluteTtl,
    maxAge: keySetMaxAge,
    ...(signing.kind === 'ring' ? { rotateEvery: signing.rotateEvery } : {}),
    onEvent: (event) => {
      if (event.type === 'failed') log.warn({ problem: event.message }, 'key ring of ID tokens')
    },
  })
  await ring.start()
  return ring
}
