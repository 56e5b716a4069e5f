import { isScopeToken } from 'jotgate/extend'
import { z } from 'zod'
import type { SessionTimes } from '../configuration/configuration.js'
import { checkSessions } from '../configuration/checks.js'
import { originFault } from '../configuration/origins.js'
import {
  ClientFault,
  grants,
  tokenExchange,
  type ClientChange,
  type NewClient,
  type OAuthClient,
} from './clients.js'
import { keysSchema } from './client-keys.js'
import { checkSignIn, signInSchema, type SignInRules } from './client-sign-in-rules.js'
import { clientTimes } from './client-times.js'
import { eachOnce } from './each-once.js'

/** The part of the configuration that registrations are checked against. */
export type ClientRules = SessionTimes & SignInRules

const scope = z
  .string()
  .refine(
    (text) => isScopeToken(text) && text.length <= 128,
    'must be 1 to 128 characters of RFC 6749 section 3.3',
  )
/** Stored with spaces between them. */
const audience = z.string().regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 visible characters')
/** How many origins one client may have. */
const mostOrigins = 16

const origin = z
  .string()
  .max(256, 'must be at most 256 characters')
  .superRefine((text, context) => {
    const message = originFault(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
const name = /^[^\p{Cc}\p{Cs}]{1,100}$/u

/** The rules of each field; lifetimes are limited by the configuration's. */
function createSchema({ accessTtl, absoluteTtl, issuer }: ClientRules) {
  const policy = z.strictObject({
    accessTtl: seconds.min(1).max(accessTtl, notAbove('accessExpire')).optional(),
    refreshTtl: seconds.min(1).max(absoluteTtl, notAbove('refreshExpire')).optional(),
    grace: seconds.min(0).max(60).optional(),
    recoverWithin: seconds
      .min(0)
      .max(7 * 86_400, 'must be at most 7d')
      .optional(),
  })
  return z.strictObject({
    name: z.string().regex(name, 'must be 1 to 100 characters'),
    kind: z.enum(['confidential', 'public']),
    grants: z.array(z.enum(grants)).min(1, 'must name at least one').transform(eachOnce),
    scopes: z.array(scope).max(64).transform(eachOnce),
    audiences: z
      .array(audience)
      .min(1, 'must name at least one audience for its tokens')
      .max(16)
      .transform(eachOnce),
    receivesRoles: z.boolean(),
    origins: z.array(origin).max(mostOrigins).transform(eachOnce),
    policy,
    signIn: signInSchema({ issuer }).nullable(),
    keys: keysSchema(issuer).nullable(),
  })
}

const seconds = z.int()

function notAbove(setting: string): string {
  return `must not be longer than ${setting} of the configuration`
}

/** A new client with all fields checked. */
export type CheckedClient = z.infer<ReturnType<typeof createSchema>>

/** A change with all fields checked. */
export type CheckedChange = {
  readonly [field in Exclude<keyof CheckedClient, 'kind'>]?: CheckedClient[field] | undefined
}

/**
 * Checks a new client against the rules and the configuration.
 *
 * @throws ClientFault with every wrong field, never a value
 */
export function checkClient(client: NewClient, configuration: ClientRules): CheckedClient {
  const { policy = {}, receivesRoles = false, origins = [], signIn = null, keys = null } = client
  const whole = { ...client, policy, receivesRoles, origins, signIn, keys }
  const parsed = createSchema(configuration).safeParse(whole)
  const faults = faultsOf(parsed.error)
  // Fields that are wrong by themselves are left out of the checks across fields.
  const good = withoutFaults(whole, parsed.error)
  faults.push(...checkWhole(good, configuration))
  const { kind, grants: asked } = good
  faults.push(...checkSignIn({ kind, grants: asked, signIn: good.signIn }, configuration))
  if (parsed.success && faults.length === 0) return parsed.data
  throw new ClientFault(faults.join('; '))
}

/**
 * Checks a change to a client. Unchanged fields are not checked again: they may come from an earlier configuration.
 *
 * @throws ClientFault with every wrong field, never a value
 */
export function checkChange(
  client: Pick<OAuthClient, 'kind' | 'grants' | 'signIn'>,
  change: Omit<ClientChange, 'disabled'>,
  configuration: ClientRules,
): CheckedChange {
  const { kind } = client
  const parsed = createSchema(configuration).omit({ kind: true }).partial().safeParse(change)
  const faults = faultsOf(parsed.error)
  const good = withoutFaults(change, parsed.error)
  faults.push(...checkWhole({ kind, ...good }, configuration))
  faults.push(...checkSignInChange(client, good, configuration))
  if (parsed.success && faults.length === 0) return parsed.data
  throw new ClientFault(faults.join('; '))
}

/** A change of the one keeps to the other: redirect addresses bring the grant with them, and take it away. */
function checkSignInChange(
  { kind, grants: had, signIn: kept }: Pick<OAuthClient, 'kind' | 'grants' | 'signIn'>,
  { grants: asked, signIn }: ClientChange,
  configuration: ClientRules,
): readonly string[] {
  if (signIn !== undefined) {
    const faults = checkSignIn({ kind, grants: asked, signIn }, configuration)
    const others = had.filter((grant) => grant !== 'authorization_code')
    return signIn === null && asked === undefined && others.length === 0
      ? [...faults, 'grants: must name at least one']
      : faults
  }
  if (asked === undefined) return []
  // What is kept was checked when it was registered.
  return checkSignIn({ kind, grants: asked, signIn: kept ?? null }, {})
}

function faultsOf(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map(({ path, message }) => {
    const field = path.join('.')
    return `${field === '' ? 'the client' : field}: ${message}`
  })
}

function withoutFaults<T extends object>(given: T, error: z.ZodError | undefined): Partial<T> {
  const wrong = new Set(error?.issues.map(({ path }) => path[0]))
  const good = Object.entries(given).filter(([field]) => !wrong.has(field))
  return Object.fromEntries(good) as Partial<T> // its own fields, without some
}

/** A change that names no audiences is checked against those of the client when it exchanges. */
function checkExchange(
  kind: NewClient['kind'] | undefined,
  audiences: readonly string[] | undefined,
): readonly string[] {
  if (kind === 'public') return ['grants: a public client cannot exchange tokens (RFC 8693)']
  if (audiences === undefined || audiences.length > 1) return []
  return ['audiences: to exchange tokens, name its own audience first and then at least one target']
}

/** Faults that concern several fields. */
function checkWhole(
  { kind, grants: asked = [], audiences, origins = [], policy, keys }: Partial<NewClient>,
  configuration: ClientRules,
): readonly string[] {
  const faults: string[] = []
  if (kind === 'public' && asked.includes('client_credentials'))
    faults.push('grants: a public client has no credentials to show (RFC 6749 section 4.4)')
  if (asked.includes(tokenExchange)) faults.push(...checkExchange(kind, audiences))
  if (kind === 'confidential' && origins.length > 0)
    faults.push(
      'origins: a page cannot keep the secret of a confidential client; register a public one',
    )
  if (kind === 'public' && keys)
    faults.push('keys: a public client cannot keep a private key; register a confidential one')
  if (policy === undefined) return faults
  const times = checkSessions(clientTimes(configuration, policy))
  return [...faults, ...times.map((fault) => `policy: ${fault}`)]
}
