import type { Configuration } from '../configuration/configuration.js'
import type { DataDirectory } from '../storage/data-directory.js'

/**
 * Names the secrets of a service that are in no backup of its database: key files of the data folder, and fields of the
 * configuration.
 *
 * @example describeKeys(configuration, data) // 'data/keys/refresh.key, data/keys/ring.key'
 */
export function describeKeys(configuration: Configuration, data: DataDirectory): string {
  const { encryptionKeys, refreshSecrets, auditKeys, signing } = configuration
  const fields = [
    ...(encryptionKeys === undefined ? [] : ['encryptionKey']),
    ...(refreshSecrets === undefined ? [] : ['refreshSecret']),
    ...(auditKeys === undefined ? [] : ['auditKey']),
    ...(signing.kind === 'secret' ? ['auth.accessSecret'] : []),
  ]
  const inConfiguration = fields.length === 0 ? [] : [`${fields.join(', ')} of the configuration`]
  return [...data.keyFiles(), ...inConfiguration].join(', ') || 'no key, because there is none yet'
}
