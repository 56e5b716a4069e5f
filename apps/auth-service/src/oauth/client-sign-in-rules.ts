import { z } from 'zod'
import type { Configuration } from '../configuration/configuration.js'
import { roleFault } from '../users/names.js'
import type { ClientSignIn, Grant, NewSignIn, OAuthClient } from './clients.js'
import { eachOnce } from './each-once.js'
import { idTokenAlgorithms } from './id-token-algorithms.js'
import { redirectFault, serverAddressFault } from './redirect-uris.js'

/** The part of the configuration that decides about logging in at clients; what is missing allows no plain http. */
export interface SignInRules {
  readonly issuer?: Configuration['issuer'] | undefined
  readonly signing?: Configuration['signing'] | undefined
}

/** How many addresses one client may have of a kind, and roles. */
const most = 16

/**
 * The rules of how a client logs users in. A `native` client with loopback addresses or a private scheme may have consent
 * `never`, which counts for its https addresses alone: the others belong to every program on the device, so users are always
 * asked (RFC 8252 section 8.6).
 */
export function signInSchema({ issuer }: SignInRules): z.ZodType<ClientSignIn> {
  const addresses = z.array(z.string()).max(most).transform(eachOnce)
  return z
    .strictObject({
      redirectUris: z
        .array(z.string())
        .min(1, 'must name at least one')
        .max(most)
        .transform(eachOnce),
      postLogoutRedirectUris: addresses.default([]),
      applicationType: z.enum(['web', 'native']).default('web'),
      idTokenAlg: z.enum(idTokenAlgorithms).default('RS256'),
      backchannelLogoutUri: z
        .string()
        .superRefine((text, context) => {
          report(context, [], serverAddressFault(text, issuer))
        })
        .optional(),
      requirePkce: z.boolean().default(true),
      consent: z.enum(['never', 'ask']).default('never'),
      offline: z.boolean().default(false),
      allowedRoles: z.array(role).max(most).transform(eachOnce).default([]),
    })
    .superRefine(({ applicationType, ...given }, context) => {
      for (const field of ['redirectUris', 'postLogoutRedirectUris'] as const)
        for (const [at, each] of given[field].entries())
          report(context, [field, at], redirectFault(each, { applicationType, issuer }))
    })
    .transform(({ backchannelLogoutUri, ...read }) => ({ ...read, backchannelLogoutUri }))
}

const role = z.string().superRefine((text, context) => {
  report(context, [], roleFault(text))
})

function report(
  context: z.core.$RefinementCtx,
  path: (string | number)[],
  message: string | undefined,
): void {
  if (message !== undefined) context.addIssue({ code: 'custom', path, message })
}

/** A client as it is to be. */
export interface WithSignIn {
  readonly kind: OAuthClient['kind'] | undefined
  /** Undefined: not known, because it is wrong by itself. */
  readonly grants: readonly Grant[] | undefined
  /** Null: it logs no user in. Undefined: wrong by itself. */
  readonly signIn: NewSignIn | null | undefined
}

/** Faults of how a client logs users in that concern several fields, or the configuration. */
export function checkSignIn(
  { kind, grants, signIn }: WithSignIn,
  { signing }: SignInRules,
): readonly string[] {
  if (signIn === undefined) return []
  const faults: string[] = []
  const hasGrant = grants?.includes('authorization_code') ?? signIn !== null
  if (signIn !== null && !hasGrant)
    faults.push('grants: a client with redirect addresses has authorization_code')
  if (signIn === null && hasGrant)
    faults.push('signIn: the grant authorization_code needs redirect addresses')
  if (signIn === null) return faults
  if (kind === 'public' && signIn.requirePkce === false)
    faults.push('signIn.requirePkce: a public client always uses PKCE (RFC 9700 section 2.1.1)')
  if (signing?.kind === 'secret')
    faults.push(
      'signIn: with auth.accessSecret no key is published, so no site could check an ID token; sign with a key ring',
    )
  return faults
}
