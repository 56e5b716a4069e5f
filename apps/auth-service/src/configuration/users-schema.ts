import { parseDuration, type Duration } from 'jotgate'
import { z } from 'zod'
import type { FieldNames } from './field-names.js'
import { columnName, tableName } from './identifiers.js'
import { isLoopback } from './loopback.js'

const column = z
  .string('is missing: the name of a column')
  .regex(columnName, 'must be the name of a column: letters, digits and "_"')

const table = z.strictObject({
  database: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres URL' }).optional(),
  name: z
    .string('is missing: the name of a table')
    .regex(tableName, 'must be the name of a table, such as customers or shop.customers'),
  id: column,
  username: column,
  passwordHash: column,
  email: column.optional(),
  displayName: column.optional(),
  roles: column.optional(),
  roleSeparator: z.string().min(1).max(8).optional(),
  disabled: column.optional(),
  enabled: column.optional(),
  caseInsensitive: z.boolean().default(false),
})

const longestTimeout = 10

const endpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  secret: z.string('must be env:NAME or file:PATH').min(1),
  timeout: z
    .custom<Duration>(isTimeout, `must be a duration of at most ${String(longestTimeout)} s`)
    .default('3s'),
  reach: z.enum(['public', 'private', 'loopback']).default('public'),
  insecureHttp: z.array(z.string()).default([]),
})

/** The field `users`: where users are kept, if not in the service's own table. */
export const usersFields = z
  .strictObject({ table: table.optional(), endpoint: endpoint.optional() })
  .refine((given) => Object.values(given).filter(Boolean).length === 1, {
    error: 'must have either table or endpoint',
  })

/** The content of a valid field `users`. */
export type UsersFields = z.infer<typeof usersFields>

const link = z.string().refine(isLink, 'must be an https URL; plain http is for loopback only')

/** The field `links`: pages of others that a login shows. */
export const linkFields = z.strictObject({
  signUp: link.optional(),
  resetPassword: link.optional(),
})

const all = (shape: object): FieldNames =>
  Object.fromEntries(Object.keys(shape).map((name) => [name, true as const]))

/** All names of `users`. */
export const userNames: FieldNames = { table: all(table.shape), endpoint: all(endpoint.shape) }

/** All names of `links`. */
export const linksNames: FieldNames = all(linkFields.shape)

function isTimeout(value: unknown): boolean {
  try {
    const seconds = parseDuration(value as Duration) // which refuses anything else
    return seconds > 0 && seconds <= longestTimeout
  } catch {
    return false
  }
}

/** A page that a browser can be sent to: no script, and nothing that anyone on the way could replace. */
function isLink(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
