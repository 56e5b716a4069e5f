import { readFileSync } from 'node:fs'
import { SetupFault } from '../foundation/setup-fault.js'
import type { ClientKeys, ClientSignIn, NewSignIn } from '../oauth/clients.js'

/** Options of `client add` and `client change` about logging users in, and about keys instead of a secret. */
export const signInOptions = {
  redirect: { type: 'string', multiple: true },
  'post-logout-redirect': { type: 'string', multiple: true },
  native: { type: 'boolean' },
  'no-native': { type: 'boolean' },
  'ask-consent': { type: 'boolean' },
  'no-ask-consent': { type: 'boolean' },
  'allow-role': { type: 'string', multiple: true },
  offline: { type: 'boolean' },
  'no-offline': { type: 'boolean' },
  pkce: { type: 'boolean' },
  'no-pkce': { type: 'boolean' },
  'id-token-alg': { type: 'string' },
  'backchannel-logout': { type: 'string' },
  jwks: { type: 'string' },
  'jwks-uri': { type: 'string' },
} as const

/** What was given of {@link signInOptions}. */
export type SignInFlags = {
  readonly [flag in keyof typeof signInOptions]?: (typeof signInOptions)[flag] extends {
    multiple: true
  }
    ? string[]
    : (typeof signInOptions)[flag] extends { type: 'boolean' }
      ? boolean
      : string
}

/** The usage of {@link signInOptions}. */
export const signInUsage = `[--redirect URL]… [--post-logout-redirect URL]… [--[no-]native] [--[no-]ask-consent]
                              [--allow-role R]… [--[no-]offline] [--[no-]pkce] [--id-token-alg RS256|ES256]
                              [--backchannel-logout URL] [--jwks FILE | --jwks-uri URL]`

/**
 * How a client is to log users in; undefined when no option is about it, null when its redirect addresses are taken away. What
 * is not named stays as it was.
 *
 * @throws SetupFault without a redirect address
 */
export function signInOf(
  flags: SignInFlags,
  before: ClientSignIn | undefined,
): NewSignIn | null | undefined {
  const given = named({
    redirectUris: listOf(flags.redirect),
    postLogoutRedirectUris: listOf(flags['post-logout-redirect']),
    applicationType: eitherOf(flags, 'native', ['native', 'web'] as const),
    consent: eitherOf(flags, 'ask-consent', ['ask', 'never'] as const),
    allowedRoles: listOf(flags['allow-role']),
    offline: eitherOf(flags, 'offline', [true, false] as const),
    requirePkce: eitherOf(flags, 'pkce', [true, false] as const),
    idTokenAlg: flags['id-token-alg'],
  }) as Partial<NewSignIn> // checked by `create` and `change`
  const logout = flags['backchannel-logout']
  if (Object.keys(given).length === 0 && logout === undefined) return undefined
  if (given.redirectUris?.length === 0) return null
  const { redirectUris = before?.redirectUris } = given
  if (redirectUris === undefined)
    throw new SetupFault('--redirect: is missing; it names where users come back to after a login')
  const uri = logout === undefined ? before?.backchannelLogoutUri : logout || undefined
  return { ...before, ...given, redirectUris, backchannelLogoutUri: uri }
}

/**
 * The keys of a client; undefined when no option is about them, null when they are taken away.
 *
 * @throws SetupFault for a file that cannot be read, or is not JSON
 */
export function keysOf({ jwks, 'jwks-uri': uri }: SignInFlags): ClientKeys | null | undefined {
  if (jwks !== undefined && uri !== undefined)
    throw new SetupFault('--jwks, --jwks-uri: name one of them')
  if (jwks === '' || uri === '') return null
  if (uri !== undefined) return { kind: 'jwksUri', jwksUri: uri }
  return jwks === undefined ? undefined : ({ kind: 'jwks', jwks: readSet(jwks) } as ClientKeys) // checked by `create`
}

function readSet(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Its message could repeat what is in the file.
    throw new SetupFault('--jwks: must be a file with a JWK set in JSON')
  }
}

/** An empty item takes all away. */
function listOf(given: readonly string[] | undefined): readonly string[] | undefined {
  return given?.filter((each) => each !== '')
}

type Pair = 'native' | 'ask-consent' | 'offline' | 'pkce'

/** @throws SetupFault when both are named */
function eitherOf<T>(flags: SignInFlags, name: Pair, [yes, no]: readonly [T, T]): T | undefined {
  const [isYes, isNo] = [flags[name] ?? false, flags[`no-${name}`] ?? false]
  if (isYes && isNo) throw new SetupFault(`--${name}, --no-${name}: name one of them`)
  if (isYes) return yes
  return isNo ? no : undefined
}

/** The fields that have a value. */
function named(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
