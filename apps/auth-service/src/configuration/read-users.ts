import { ConfigError, parseDuration } from 'jotgate'
import { checkUrl, type Places } from 'jotgate/extend'
import type { UsersElsewhere } from './configuration.js'
import type { SecretReader } from './secrets.js'
import type { UsersFields } from './users-schema.js'

/** Where users are kept, and what is wrong with it. */
export interface ReadUsers {
  readonly users: UsersElsewhere | undefined
  readonly faults: readonly string[]
}

/** Reads the field `users`: the table or the endpoint where users are kept. */
export function readUsers(given: UsersFields | undefined, text: SecretReader): ReadUsers {
  if (given?.table !== undefined) return readTable(given.table)
  return given?.endpoint === undefined
    ? { users: undefined, faults: [] }
    : readEndpoint(given.endpoint, text)
}

function readTable(given: NonNullable<UsersFields['table']>): ReadUsers {
  const { database, name, roleSeparator, caseInsensitive, ...columns } = given
  const faults =
    columns.disabled !== undefined && columns.enabled !== undefined
      ? ['users.table.enabled: is given beside disabled; keep one of them']
      : []
  return {
    users: { kind: 'table', database, name, columns, roleSeparator, caseInsensitive },
    faults,
  }
}

function readEndpoint(
  { url, secret, timeout, ...places }: NonNullable<UsersFields['endpoint']>,
  text: SecretReader,
): ReadUsers {
  const source = text.open('users.endpoint.secret', secret, checkSecret)
  const fault = urlFault(new URL(url), places)
  if (source === undefined || fault !== undefined)
    return { users: undefined, faults: fault === undefined ? [] : [`users.endpoint.url: ${fault}`] }
  const timeoutMs = parseDuration(timeout) * 1000
  return {
    users: { kind: 'endpoint', url: url.replace(/\/+$/, ''), secret: source, timeoutMs, places },
    faults: [],
  }
}

/** The paths of the requests are added to it. */
function urlFault(url: URL, places: Places): string | undefined {
  return url.search === '' ? checkUrl(url, places) : 'must have no query'
}

/** Sent as a bearer token (RFC 6750 section 2.1); who has it can try passwords without limits. */
function checkSecret(bytes: Buffer): void {
  if (bytes.length < 32 || !/^[\w.~+/=-]+$/.test(bytes.toString('latin1')))
    throw new ConfigError('secret', 'must be 32 characters or more, as in a bearer token')
}
