import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import {
  createKeyRing,
  currentAndPrevious,
  followSecret,
  hmacKey,
  staticKeys,
  type Algorithm,
  type Key,
  type KeyRing,
  type SecretSource,
} from 'jotgate'
import type { Exceptions, KeyFinder, KeyRingStore } from 'jotgate/extend'
import type { Configuration, Signing } from '../configuration/configuration.js'
import { storedKeys, type DataDirectory } from '../storage/data-directory.js'

/** The keys for signing and verifying tokens. */
export interface SigningKeys {
  /** The key to sign with now. */
  readonly key: () => Key
  /** The keys to verify with. */
  readonly keys: KeyFinder
  readonly algorithms: readonly Algorithm[]
  /** The ring of keys; undefined with a shared secret, which is never published. */
  readonly ring: KeyRing | undefined
  close(): void
}

/** Options of {@link openSigningKeys}. */
export interface SigningParts {
  readonly configuration: Pick<
    Configuration,
    'signing' | 'keySetMaxAge' | 'encryptionKeys' | 'accessTtl'
  >
  readonly data: DataDirectory
  readonly store: KeyRingStore
  readonly log: Logger
}

/** @throws ConfigError, AuthError STORE_UNAVAILABLE */
export async function openSigningKeys(parts: SigningParts): Promise<SigningKeys> {
  const { signing } = parts.configuration
  return signing.kind === 'ring' ? openRing(signing, parts) : shareSecret(signing)
}

async function openRing(
  { algorithm, rotateEvery }: Extract<Signing, { kind: 'ring' }>,
  { configuration, data, store, log }: SigningParts,
): Promise<SigningKeys> {
  const ring = createKeyRing({
    store,
    algorithm,
    // Stored next to the database, never in it: a dump of it contains no usable key.
    encryptionKey: configuration.encryptionKeys ?? storedKeys(data, 'ring.key'),
    tokenLife: configuration.accessTtl,
    rotateEvery,
    maxAge: configuration.keySetMaxAge,
    onEvent: (event) => {
      if (event.type === 'failed') log.warn({ problem: event.message }, 'key ring')
      else log.info({ revision: event.revision, removed: event.removed }, 'key ring')
    },
  })
  await ring.start()
  // A changed algorithm in the configuration applies to new keys: those in the ring keep theirs until they are removed.
  const algorithms = new Set([algorithm, ...ring.list().map(({ alg }) => alg as Algorithm)])
  return {
    key: ring.signingKey,
    keys: ring,
    algorithms: [...algorithms],
    ring,
    close: () => {
      ring.close()
    },
  }
}

/** HS256 with a secret that other services verify with; follows a mounted secret when it is replaced. */
function shareSecret({
  current,
  previous,
  accept,
}: Extract<Signing, { kind: 'secret' }>): SigningKeys {
  const signer = latest(current, accept)
  const others = previous && latest(previous, accept)
  const either: SecretSource = {
    read: () => current.read(),
    version: () => current.version() + (previous?.version() ?? 0),
  }
  const keys = followSecret(either, () => {
    const before = others?.()
    return before === undefined
      ? staticKeys([signer()])
      : currentAndPrevious({ current: signer(), previous: before })
  })
  return { key: signer, keys, algorithms: ['HS256'], ring: undefined, close: () => undefined }
}

/** The key of the current secret, created once for each secret. */
function latest(source: SecretSource, accept: Exceptions | undefined): () => Key {
  let version = -1
  let key: Key | undefined
  return () => {
    if (!key || source.version() !== version) {
      const secret = source.read()
      version = source.version()
      key = hmacKey(secret, 'HS256', { kid: kidOf(secret), ...(accept && { accept }) })
    }
    return key
  }
}

/**
 * All processes must give one secret the same name. A plain hash of the secret would allow guesses to be checked
 * against it (RFC 7638 section 7); an HMAC made with it reveals no more than a token does.
 */
function kidOf(secret: Uint8Array): string {
  return createHmac('sha256', secret).update('jotgate key id v1').digest('base64url').slice(0, 16)
}
