import type { Logger } from 'pino'
import type { Sessions } from 'jotgate'
import type { Configuration } from '../configuration/configuration.js'
import { openCodes } from '../oauth/authorize/codes.js'
import { openConsents } from '../oauth/authorize/consents.js'
import { openSites, type StoredSites } from '../oauth/authorize/sites.js'
import { openSso, ssoRights, ssoTimes } from '../oauth/authorize/sso.js'
import { openIdTokens } from '../oauth/id-tokens.js'
import type { SignIn } from '../oauth/sign-in.js'
import { databaseKind } from '../outbox/database-clock.js'
import { openSessions, type SessionRooms } from '../sessions/sessions.js'
import type { DataDirectory } from '../storage/data-directory.js'
import type { Storage } from '../storage/storage.js'

/** Options of {@link openSignIn}. */
export interface SignInParts {
  readonly configuration: Configuration
  readonly data: DataDirectory
  readonly log: Logger
  readonly storage: Storage
  readonly sites: StoredSites
  readonly rooms: SessionRooms
}

/** The sites of a service: the end of a login has to find them, whichever sessions end it. */
export async function openStoredSites(storage: Storage): Promise<StoredSites> {
  return openSites({ database: storage.database, starting: storage.patientDatabase })
}

/**
 * What logging in at sites stands on. Undefined with a shared secret.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 */
export async function openSignIn(parts: SignInParts): Promise<SignIn | undefined> {
  const { configuration, storage, sites, rooms } = parts
  if (configuration.signing.kind === 'secret') return undefined
  const { database, patientDatabase: starting, stores } = storage
  const kind = databaseKind(configuration)
  const codes = await openCodes({
    ...{ database, kind, starting },
    sidOf: (hash) => sites.sidOfCode(hash),
  })
  const consents = await openConsents({ database, starting })
  const sessions: Sessions = openSessions(
    { ...parts, configuration: { ...configuration, ...ssoTimes }, rights: ssoRights },
    rooms,
  )
  const { absoluteTtl, idleTtl } = configuration
  const { revocation, users } = rooms
  const sso = openSso({ ...{ sessions, store: stores.sessions, revocation, absoluteTtl, idleTtl } })
  const idTokens = openIdTokens({ ...parts, database })
  return { sso, codes, sites, consents, idTokens, users }
}
