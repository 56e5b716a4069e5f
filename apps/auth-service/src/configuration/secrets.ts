import { ConfigError, secretSource, type SecretSource } from 'jotgate'
import type { SecretEncoding } from 'jotgate/extend'
import type { ReadVariable } from './read-yaml.js'

/** Opens the secrets that a configuration refers to, and collects their faults. */
export interface SecretReader {
  /** The secret of a field; undefined, and a fault recorded, when it is missing or invalid. */
  open(field: string, reference: string, check: (bytes: Buffer) => void): SecretSource | undefined
  /** One line for each faulty field, never a value. */
  readonly faults: readonly string[]
}

/**
 * Reads references to secrets: `env:NAME`, `${NAME}` for the same, or `file:PATH` for a mounted one. A secret itself is
 * refused, because configuration files are copied, committed and shown.
 *
 * @example secretReader((name) => process.env[name]).open('refreshSecret', 'env:REFRESH_SECRET', 'text', check)
 */
export function secretReader(variable: ReadVariable, encoding: SecretEncoding): SecretReader {
  const faults: string[] = []
  return {
    faults,
    open: (field, reference, check) => {
      try {
        const source = secretSource(toSource(reference), { encoding, env: variable })
        check(source.read())
        return source
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        faults.push(`${field}: ${error.message.slice(error.option.length + 2)}`)
        return undefined
      }
    },
  }
}

function toSource(reference: string): string {
  const [, name] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(reference) ?? []
  return name === undefined ? reference : `env:${name}`
}
