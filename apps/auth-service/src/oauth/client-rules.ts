import { z } from 'zod'
import type { SessionTimes } from '../configuration/configuration.js'
import { checkSessions } from '../configuration/checks.js'
import { ClientFault, grants, type NewClient } from './clients.js'
import { clientTimes } from './client-times.js'

/** `scope-token` of RFC 6749 section 3.3. */
const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be 1 to 128 characters of RFC 6749 section 3.3')
/** Kept with blanks between them. */
const audience = z.string().regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 visible characters')
const name = /^[^\p{Cc}\p{Cs}]{1,100}$/u

const schema = z.strictObject({
  name: z.string().regex(name, 'must be 1 to 100 characters'),
  kind: z.enum(['confidential', 'public']),
  grants: z.array(z.enum(grants)).min(1),
  scopes: z.array(scope).max(64),
  audiences: z.array(audience).min(1, 'must name whom its tokens are for').max(16),
  policy: z
    .strictObject({
      accessTtl: z.int().min(1).optional(),
      refreshTtl: z.int().min(1).optional(),
      grace: z.int().min(0).max(60).optional(),
      recoverWithin: z
        .int()
        .min(0)
        .max(7 * 86_400, 'must be at most 7d')
        .optional(),
    })
    .default({}),
})

/** A new client of which everything has been checked. */
export type CheckedClient = z.infer<typeof schema>

/**
 * Checks what is to be registered against the rules and the configuration.
 *
 * @throws ClientFault with every field that will not do, never a value
 */
export function checkClient(client: NewClient, configuration: SessionTimes): CheckedClient {
  const parsed = schema.safeParse(client)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new ClientFault(lines.join('; '))
  }
  const faults = checkWhole(parsed.data, configuration)
  if (faults.length > 0) throw new ClientFault(faults.join('; '))
  const { data } = parsed
  return {
    ...data,
    grants: [...new Set(data.grants)],
    scopes: [...new Set(data.scopes)],
    audiences: [...new Set(data.audiences)],
  }
}

/** Faults that only show between fields. */
function checkWhole(client: CheckedClient, configuration: SessionTimes): readonly string[] {
  const { kind, policy } = client
  const { accessTtl, absoluteTtl } = configuration
  const faults: string[] = []
  if (kind === 'public' && client.grants.includes('client_credentials'))
    faults.push('grants: a public client has no credentials to show (RFC 6749 section 4.4)')
  if ((policy.accessTtl ?? 0) > accessTtl)
    faults.push('policy.accessTtl: must not be longer than accessExpire of the configuration')
  if ((policy.refreshTtl ?? 0) > absoluteTtl)
    faults.push('policy.refreshTtl: must not be longer than refreshExpire of the configuration')
  if (faults.length > 0) return faults
  return checkSessions(clientTimes(configuration, policy)).map((fault) => `policy: ${fault}`)
}
