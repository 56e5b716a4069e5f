import { lineComment, propertyName, quote } from './text-as-code.js'
import { type GuardPlan } from './plan-guards.js'
import { type ServicePlan } from './plan.js'

/** `config.ts`: the entries the gates take their secrets from. */
export function emitConfig({ guards, service }: ServicePlan): string {
  const entries = new Map<string, 'AuthConfig' | 'CookieConfig' | 'TransitionConfig'>()
  for (const { jwt, transition } of guards) {
    if (jwt !== undefined) entries.set(jwt, 'AuthConfig')
    if (transition !== undefined) entries.set(transition, 'TransitionConfig')
  }
  if (guards.some(({ cookie }) => cookie !== undefined)) entries.set('Cookies', 'CookieConfig')
  const lines = [...entries].map(([name, type]) => `  readonly ${propertyName(name)}: ${type}\n`)
  const types = [...new Set(entries.values())].sort().map((type) => `type ${type}`)
  const head = `The configuration of ${service}. Generated from its .api file: changes are lost.`
  const imports =
    types.length === 0 ? '' : `import { ${types.join(', ')} } from 'jotgate/api-spec/runtime'\n`
  return `${lineComment(head)}${imports}
/** What the gates need. Add what else the service needs in services.ts. */
export interface Config ${lines.length === 0 ? '{}' : `{\n${lines.join('')}}`}
`
}

/** `guards.ts`: the guards the `.api` file names, and what goes without one. */
export function emitGuards({ guards, routes, service }: ServicePlan): string {
  const names = guards.map(({ name }) => quote(name))
  const guardedPaths = new Set(
    routes.filter(({ guard, optional }) => guard !== null && !optional).map(({ path }) => path),
  )
  const open = [...new Set(routes.map(({ path }) => path))].filter(
    (path) => !guardedPaths.has(path),
  )
  const list = open.map((path) => `  ${quote(path)},\n`).join('')
  const head = `Who may call ${service}. Generated from its .api file: changes are lost.`
  return `${lineComment(head)}import { type GatesOf } from 'jotgate/api-spec/runtime'

/** The guards the .api file names. */
export type GuardName = ${names.length === 0 ? 'never' : names.join(' | ')}

/** A gate for each guard. */
export type Gates = GatesOf<GuardName>

/** Paths that take calls without a token, for an application that guards everything else: select({ except: { path: openPaths } }). */
export const openPaths: readonly string[] = [${list === '' ? '' : `\n${list}`}]
`
}

/** `auth.ts`: a gate and a signer for each guard, from the secrets of the configuration. */
export function emitAuth({ guards, service, int64 }: ServicePlan): string {
  const head = lineComment(
    `Gates and signers of ${service}. Generated from its .api file: changes are lost.`,
  )
  if (guards.length === 0) return head + openText
  const rows = (make: string, more: (guard: GuardPlan) => string = () => '') =>
    guards
      .map((each) => `    ${propertyName(each.name)}: ${make}(${secretsOf(each)}${more(each)}),\n`)
      .join('')
  const options = int64 === 'number' ? 'options' : '{ bigints: true, ...options }'
  const gateRows = rows('secretGate', (guard) => `, ${options}${waysOf(guard)}`)
  return `${head}import { type Signer } from 'jotgate'
import { type GatesOptions, secretGate, secretSigner } from 'jotgate/api-spec/runtime'
import { type Config } from './config.js'
import { type Gates, type GuardName } from './guards.js'

/** The gate of each guard. */
export function createGates(config: Config, options: GatesOptions = {}): Gates {
  return {
${gateRows}  }
}

/** The signer of each guard, for services that log callers in. */
export function createSigners(config: Config): { readonly [name in GuardName]: Signer } {
  return {
${rows('secretSigner')}  }
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

/** Nothing where only the header is looked at. */
function waysOf({ bearer, cookie }: GuardPlan): string {
  if (cookie === undefined) return ''
  const parts = [
    ...(bearer ? ['bearer: true'] : []),
    `cookie: ${quote(cookie)}`,
    'cookies: config.Cookies',
  ]
  return `, { ${parts.join(', ')} }`
}

function secretsOf({ jwt, transition }: GuardPlan): string {
  const parts = [
    ...(jwt === undefined ? [] : [`jwt: config.${jwt}`]),
    ...(transition === undefined ? [] : [`transition: config.${transition}`]),
  ]
  return `{ ${parts.join(', ')} }`
}
