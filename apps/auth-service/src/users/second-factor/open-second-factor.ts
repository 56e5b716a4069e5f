import type { Configuration } from '../../configuration/configuration.js'
import { hasSealingKey } from '../../configuration/checks.js'
import { storedKeys, type DataDirectory } from '../../storage/data-directory.js'
import { createSealing } from '../../storage/sealing.js'
import type { Storage } from '../../storage/storage.js'
import type { SecondFactor } from './second-factor.js'
import { createTotp } from './totp.js'

/** Options of {@link openSecondFactor}. */
export interface SecondFactorParts {
  readonly configuration: Pick<Configuration, 'name' | 'database' | 'encryptionKeys'>
  readonly data: DataDirectory
}

/**
 * Opens the second factor of the service: one-time passwords, sealed with the encryption keys, by the clock of the database.
 *
 * @throws ConfigError, AuthError STORE_UNAVAILABLE
 */
export function openSecondFactor(
  { configuration, data }: SecondFactorParts,
  {
    database,
    patientDatabase: starting,
    stores,
  }: Pick<Storage, 'database' | 'patientDatabase' | 'stores'>,
): Promise<SecondFactor> {
  const { keys } = stores
  return createTotp({
    ...{ database, starting, name: configuration.name },
    sealing: hasSealingKey(configuration)
      ? createSealing(configuration.encryptionKeys ?? storedKeys(data, 'ring.key'))
      : undefined,
    now: () => keys.clock?.() ?? Promise.resolve(Date.now() / 1000),
  })
}
