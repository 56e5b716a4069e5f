import type { Logger } from 'pino'
import {
  createSessions,
  createServiceKeys,
  createSigner,
  type Sessions,
  type Revocation,
  type Signer,
} from 'jotgate'
import type { SessionStore } from 'jotgate/extend'
import type { Configuration } from '../configuration/configuration.js'
import type { Events } from '../events/events.js'
import { storedKeys, type DataDirectory } from '../storage/data-directory.js'
import type { Metrics } from '../observing/metrics.js'
import { hooksOf, type HookRooms } from './hooks.js'
import { limitAudience, limitSubject, type SessionRights } from './rights.js'
import type { SigningKeys } from './signing.js'
import type { Users } from '../users/users.js'

/** What sessions need, and the rights of the client whose they are. */
export interface SessionParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
  readonly rights: SessionRights
}

/** What sessions are made with. */
export interface SessionRooms {
  readonly signing: Pick<SigningKeys, 'key'>
  readonly store: SessionStore
  readonly users: Users
  readonly revocation: Revocation
  readonly metrics: Pick<Metrics, 'session'>
  readonly events: Events
  /** Ends what came from a session that has ended; tried again until it succeeds. */
  readonly onEnded?: HookRooms['onEnded']
}

/**
 * Sessions with the times of a configuration.
 *
 * @throws ConfigError
 */
export function openSessions(parts: SessionParts, rooms: SessionRooms): Sessions {
  const { configuration, data, rights } = parts
  const { accessTtl, absoluteTtl, idleTtl, grace, recoverWithin, maxSessions } = configuration
  const { store, users, revocation } = rooms
  const [current, ...previous] = serviceKeysOf(configuration, data)
  const sessions = createSessions({
    sign: signerOf(configuration, rooms, rights),
    store,
    serviceKey: createServiceKeys({ current, previous }),
    accessTtl,
    absoluteTtl,
    idleTtl,
    grace,
    recoverWithin,
    loadSubject: async (subject, { client }) => {
      const user = await users.byId(subject)
      const attributes = configuration.userAttributes
      if (user && !user.disabled) return limitSubject(user, { ...rights, client, attributes })
      // Who disables a user elsewhere cannot end the sessions here.
      if (configuration.users !== undefined) await sessions.endAll(subject)
      return undefined
    },
    maxSessions,
    revoke: (entry) => revocation.revoke(entry),
    isRevoked: (sid) => revocation.isSidRevoked(sid),
    hooks: hooksOf({ log: parts.log, ...rooms }),
  })
  return sessions
}

function signerOf(
  { issuer, audience, accessTtl }: Configuration,
  { signing: { key }, revocation }: SessionRooms,
  rights: SessionRights,
): Signer {
  const sign = createSigner({
    ...{ key, issuer, audience, expiresIn: accessTtl, typ: 'at+jwt' },
    issuedAfter: (claims) => revocation.cutOffsAhead(claims),
    replaceable: ['aud', 'iat', 'exp', 'jti'], // sessions set them; no claim of a user gets here under these names
  })
  return limitAudience(sign, rights, audience)
}

/** The secrets for refresh tokens. They are stored next to the database, never in it: a dump of one alone is useless. */
function serviceKeysOf(
  { refreshSecrets = [] }: Pick<Configuration, 'refreshSecrets'>,
  data: DataDirectory,
): readonly [Uint8Array, ...Uint8Array[]] {
  const [current, ...previous] = refreshSecrets
  return current === undefined ? storedKeys(data, 'refresh.key') : [current, ...previous]
}
