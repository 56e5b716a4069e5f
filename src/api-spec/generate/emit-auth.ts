import { propertyName, quote } from './names.js'
import { type GuardPlan, type ServicePlan } from './plan.js'

/** `config.ts`: the entries the gates take their secrets from. */
export function emitConfig({ guards, service }: ServicePlan): string {
  const entries = new Map<string, 'AuthConfig' | 'TransitionConfig'>()
  for (const { jwt, transition } of guards) {
    if (jwt !== undefined) entries.set(jwt, 'AuthConfig')
    if (transition !== undefined) entries.set(transition, 'TransitionConfig')
  }
  const lines = [...entries].map(([name, type]) => `  readonly ${propertyName(name)}: ${type}\n`)
  return `// The configuration of ${service}. Generated from its .api file: changes are lost.

/** What the gates need. Add what else the service needs in services.ts. */
export interface Config ${lines.length === 0 ? '{}' : `{\n${lines.join('')}}`}

/** One secret. */
export interface AuthConfig extends TokenPolicy {
  /** Text of at least 32 bytes that nobody can guess. */
  readonly AccessSecret: string
  /** Life of an access token in seconds, for those who issue them. */
  readonly AccessExpire: number
}

/** Two secrets, while one takes the place of the other: tokens of both are taken, new ones get the first. */
export interface TransitionConfig extends TokenPolicy {
  readonly Secret: string
  readonly PrevSecret: string
  /** Life of an access token in seconds, for those who issue them. Default 900. */
  readonly AccessExpire?: number
}

/** What else a token must say. */
export interface TokenPolicy {
  /** \`iss\`. Default: any issuer who knows the secret. */
  readonly Issuer?: string
  /** \`aud\`. Default: any audience. */
  readonly Audience?: string
  /** \`typ\` of the header. Default \`at+jwt\` (RFC 9068); go-zero issues \`JWT\`. */
  readonly Type?: string
}
`
}

/** `guards.ts`: the guards the `.api` file names, and what goes without one. */
export function emitGuards({ guards, routes, service }: ServicePlan): string {
  const names = guards.map(({ name }) => quote(name))
  const guardedPaths = new Set(routes.filter(({ guard }) => guard !== null).map(({ path }) => path))
  const open = [...new Set(routes.map(({ path }) => path))].filter(
    (path) => !guardedPaths.has(path),
  )
  const list = open.map((path) => `  ${quote(path)},\n`).join('')
  return `// Who may call ${service}. Generated from its .api file: changes are lost.
import { type Claims, type Gate } from 'jotgate'

/** The guards the .api file names. */
export type GuardName = ${names.length === 0 ? 'never' : names.join(' | ')}

export const guardNames: readonly GuardName[] = [${names.join(', ')}]

/** A gate for each guard. */
export type Gates = { readonly [name in GuardName]: Gate<Claims> }

/** The gate of one guard. */
export function gateOf(gates: Gates, name: GuardName): Gate<Claims> {
  return gates[name]
}

/** Paths without a guard, for an application that guards everything else: select({ except: { path: openPaths } }). */
export const openPaths: readonly string[] = [${list === '' ? '' : `\n${list}`}]
`
}

/** `auth.ts`: a gate and a signer for each guard, from the secrets of the configuration. */
export function emitAuth({ guards, service }: ServicePlan): string {
  const head = `// Gates and signers of ${service}. Generated from its .api file: changes are lost.\n`
  if (guards.length === 0) return head + openText
  const rows = (emit: (guard: GuardPlan) => string) =>
    guards.map((guard) => `    ${propertyName(guard.name)}: ${emit(guard)},\n`).join('')
  return `${head}${authImports}
/** Signs access tokens for a guard. */
export type Signers = { readonly [name in GuardName]: Signer }
${authText}
/** The gate of each guard. */
export function createGates(config: Config, options: GatesOptions = {}): Gates {
  return {
${rows((guard) => `createGate({ ...options, verify: verifier(${secretsOf(guard)}) })`)}  }
}

/** The signer of each guard, for whoever logs callers in. */
export function createSigners(config: Config): Signers {
  return {
${rows((guard) => `signer(${secretsOf(guard)})`)}  }
}
`
}

/** `auth.ts` of a service whose routes are all open. */
const openText = `import { type Gates } from './guards.js'

/** The .api file names no guard: every route is open. */
export function createGates(_config: object): Gates {
  return {}
}
`

function secretsOf({ jwt, transition }: GuardPlan): string {
  const auth = jwt === undefined ? '' : `config.${jwt}`
  if (transition === undefined)
    return `{ ...${auth}, secret: ${auth}.AccessSecret, previous: null, life: ${auth}.AccessExpire }`
  const both = `config.${transition}`
  const life = jwt === undefined ? `${both}.AccessExpire ?? 900` : `${auth}.AccessExpire`
  return `{ ...${both}, secret: ${both}.Secret, previous: ${both}.PrevSecret, life: ${life} }`
}

const authImports = `import {
  AuthError,
  createSigner,
  createVerifier,
  hmacKey,
  createGate,
  type Claims,
  type GateOptions,
  type Signer,
  type VerifiedToken,
} from 'jotgate'
import { type Config, type TokenPolicy } from './config.js'
import { type Gates, type GuardName } from './guards.js'
`

const authText = `
/** What every gate of the service has in common. */
export type GatesOptions = Pick<GateOptions<Claims>, 'extract' | 'isRevoked' | 'authorize' | 'onEvent' | 'render'>

interface Secrets extends TokenPolicy {
  readonly secret: string
  readonly previous: string | null
  readonly life: number
}

export function verifier({ secret, previous, ...policy }: Secrets): (token: string) => Promise<VerifiedToken> {
  const current = one(secret, policy)
  if (previous === null) return current
  const former = one(previous, policy)
  return async (token) => {
    try {
      return await current(token)
    } catch (error) {
      // Only a signature of another key is a reason to ask the previous one.
      if (!(error instanceof AuthError) || error.code !== 'SIGNATURE_INVALID') throw error
      return former(token)
    }
  }
}

function one(secret: string, { Issuer, Audience, Type = 'at+jwt' }: TokenPolicy): (token: string) => Promise<VerifiedToken> {
  return createVerifier({
    keys: hmacKey(Buffer.from(secret), 'HS256'),
    algorithms: ['HS256'],
    issuer: Issuer ?? null,
    audience: Audience ?? null,
    typ: Type,
  })
}

export function signer({ secret, life, Issuer, Audience, Type = 'at+jwt' }: Secrets): Signer {
  return createSigner({
    key: hmacKey(Buffer.from(secret), 'HS256'),
    issuer: Issuer ?? null,
    audience: Audience ?? null,
    expiresIn: life,
    typ: Type,
  })
}
`
