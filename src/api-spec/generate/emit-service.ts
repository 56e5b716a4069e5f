import { type FormRules } from '../runtime/form-rules.js'
import { type ExactParts, planExact } from './emit-exact.js'
import { tsType } from './emit-types.js'
import { type Int64 } from './int64.js'
import { groupRoutes, type RoutePlan, routeText, type ServicePlan } from './plan.js'
import {
  apiName,
  camelCase,
  docComment,
  kebabCase,
  lineComment,
  propertyName,
  quote,
  typeName,
} from './text-as-code.js'

/** `service.ts`: the type of the object that a person fills in, one function a route. */
export function emitService(plan: ServicePlan): string {
  const emit = (route: RoutePlan, indent: string) => {
    const doc = docComment([routeText(route)], indent)
    return `${doc}${indent}readonly ${propertyName(route.name)}: ${handlerType(route, plan.int64)}\n`
  }
  const members = emitMembers(plan, { emit, modifier: 'readonly ' })
  const withTypes = members.includes('types.')
  const head = `What ${plan.service} does. Generated from its .api file: changes are lost.`
  return `${lineComment(head)}import type * as $ from 'jotgate/api-spec/runtime'
import { type Services } from '../services.js'
${withTypes ? "import type * as types from './types.js'\n" : ''}
// The types of the runtime, over the services of services.ts.
export type { Services }
export type Call = $.Call<Services>
export type RequestCall<Req> = $.RequestCall<Services, Req>
export type GuardedCall<Req> = $.GuardedCall<Services, Req>
export type OptionalCall<Req> = $.OptionalCall<Services, Req>
export type Handler<Req, Res> = $.Handler<Services, Req, Res>
export type GuardedHandler<Req, Res> = $.GuardedHandler<Services, Req, Res>
export type OptionalHandler<Req, Res> = $.OptionalHandler<Services, Req, Res>
export type Middleware = $.Middleware<Services>

/** One function a route: handlers.ts has them. */
export interface ${apiName(plan.service)} {
${members}}
`
}

/** `handlers.ts`, as it begins: every function says that it is not written yet. */
export function emitHandlers(plan: ServicePlan): string {
  const emit = (route: RoutePlan, indent: string) => {
    const name = [...(route.group === '' ? [] : [route.group]), route.name].join('/')
    const stub = `() => notImplemented(${quote(name)})`
    const doc = docComment([`${route.method} ${route.path}`], indent)
    return `${doc}${indent}${propertyName(route.name)}: ${stub},\n`
  }
  const members = emitMembers(plan, { emit, end: ',' })
  const api = apiName(plan.service)
  const doc = docComment([`What each route of ${plan.service} does.`], '')
  const runtime = plan.routes.length === 0 ? '' : notImplementedImport
  return `${runtime}import { type ${api} } from './generated/service.js'

${doc}export const handlers: ${api} = {
${members}}
`
}

const notImplementedImport = "import { notImplemented } from 'jotgate/api-spec/runtime'\n"

/** The members of an interface, or of an object of it: the routes of a group stand in an object of the group's name. */
function emitMembers({ routes }: ServicePlan, { emit, modifier = '', end = '' }: Members): string {
  const groups = [...groupRoutes(routes)].map(([group, members]) => {
    if (group === '') return members.map((route) => emit(route, '  ')).join('')
    const inner = members.map((route) => emit(route, '    ')).join('')
    return `  ${modifier}${propertyName(group)}: {\n${inner}  }${end}\n`
  })
  return groups.join('')
}

interface Members {
  readonly emit: (route: RoutePlan, indent: string) => string
  /** Before the name of a group, and after its object. */
  readonly modifier?: string
  readonly end?: string
}

const handlerTypes = {
  open: 'Handler',
  optional: 'OptionalHandler',
  guarded: 'GuardedHandler',
} as const

/** Which function of the runtime makes the route. */
function kindOf({ guard, optional }: RoutePlan): keyof typeof handlerTypes {
  if (guard === null) return 'open'
  return optional ? 'optional' : 'guarded'
}

function handlerType(route: RoutePlan, int64: Int64): string {
  const { request, response, sse, form } = route
  const kind = handlerTypes[kindOf(route)]
  const asked = request === undefined ? 'object' : `types.${typeName(request.name)}`
  const types = `${asked}, ${responseType({ response, sse }, int64)}`
  if (form?.maxFiles === undefined) return `${kind}<${types}>`
  return `$.${kind}<Services, ${types}, $.${form.stream === true ? 'Uploads' : 'Files'}>`
}

/** What a handler returns: nothing, an answer, or for events many of them. */
function responseType(
  { response, sse }: Pick<RoutePlan, 'response' | 'sse'>,
  int64: Int64,
): string {
  if (response === null) return 'void'
  const type = tsType(response, { int64, scope: 'types.' })
  return sse ? `AsyncIterable<${type}>` : type
}

/** `routes.ts`: the table the servers go by. */
export function emitRoutes(plan: ServicePlan): string {
  const { routes, service } = plan
  const api = apiName(service)
  const kinds = new Set(routes.map(kindOf))
  const used = [
    ...(kinds.has('guarded') ? ['guarded'] : []),
    ...(routes.some(({ request }) => request === undefined) ? ['nothing'] : []),
    ...(kinds.has('open') ? ['open'] : []),
    ...(kinds.has('optional') ? ['optional'] : []),
    'type Route',
  ]
  const exact = planExact(plan)
  const withTypes = routes.some(({ request }) => request !== undefined) || exact.withTypes
  const imports = [
    ...(exact.withReaders ? ["import * as $ from 'jotgate/api-spec/schema'\n"] : []),
    `import { ${used.join(', ')} } from 'jotgate/api-spec/runtime'\n`,
    ...plan.middleware.map(importMiddleware),
    "import { type GuardName } from './guards.js'\n",
    `import { type ${api}, type Services } from './service.js'\n`,
    ...(withTypes ? ["import * as types from './types.js'\n"] : []),
  ]
  const rows = routes.map((route) => `    ${emitRoute(route, exact)},\n`).join('')
  const head = `The routes of ${service}. Generated from its .api file: changes are lost.`
  return `${lineComment(head)}${imports.join('')}
/** The table that servers go by: what the .api file says of each route, and its handler. */
export function createRoutes(${routes.length === 0 ? '_api' : 'api'}: ${api}): readonly Route<Services, GuardName>[] {
  return [
${rows}  ]
}
`
}

function emitRoute(route: RoutePlan, exact: ExactParts): string {
  const { method, path, middleware, timeoutMs, maxBytes, sse, strict, guard } = route
  const { scopes, roles, recentLogin, form } = route
  const options = [
    ...(guard === null ? [] : [`guard: ${quote(guard)}`]),
    ...(scopes.length === 0 ? [] : [`scopes: [${scopes.map(quote).join(', ')}]`]),
    ...(roles.length === 0 ? [] : [`roles: [${roles.map(quote).join(', ')}]`]),
    ...(recentLogin === undefined ? [] : [`recentLogin: ${String(recentLogin)}`]),
    `method: ${quote(method)}, path: ${quote(path)}`,
    ...(middleware.length === 0
      ? []
      : [`middleware: [${middleware.map(middlewareConst).join(', ')}]`]),
    ...(timeoutMs === undefined ? [] : [`timeoutMs: ${String(timeoutMs)}`]),
    ...(maxBytes === undefined ? [] : [`maxBytes: ${String(maxBytes)}`]),
    ...(form === undefined ? [] : [`form: ${emitForm(form)}`]),
    ...(sse ? ['sse: true'] : []),
    ...(strict ? ['strict: true'] : []),
    ...exact.ofRoute(route),
  ]
  const request = route.request === undefined ? 'nothing' : `types.${typeName(route.request.name)}`
  const handler = `api${memberOf(camelCase(route.group))}${memberOf(route.name)}`
  return `${kindOf(route)}({ ${options.join(', ')} }, ${request}, ${handler})`
}

function emitForm({ maxFiles, maxFileBytes, fileTypes, stream }: FormRules): string {
  const rules = [
    ...(maxFiles === undefined ? [] : [`maxFiles: ${String(maxFiles)}`]),
    ...(maxFileBytes === undefined ? [] : [`maxFileBytes: ${String(maxFileBytes)}`]),
    ...(fileTypes === undefined ? [] : [`fileTypes: [${fileTypes.map(quote).join(', ')}]`]),
    ...(stream === true ? ['stream: true'] : []),
  ]
  return rules.length === 0 ? '{}' : `{ ${rules.join(', ')} }`
}

/** How a member is reached; nothing for the routes of no group. */
function memberOf(name: string): string {
  if (name === '') return ''
  return propertyName(name) === name ? `.${name}` : `[${quote(name)}]`
}

function importMiddleware(name: string): string {
  return `import { ${middlewareConst(name)} } from '../middleware/${kebabCase(name)}.js'\n`
}

function middlewareConst(name: string): string {
  return `${camelCase(kebabCase(name))}Middleware`
}

/** The stub of a middleware, for a person to fill in. */
export function emitMiddleware(name: string): string {
  const doc = docComment([`\`middleware: ${name}\``], '')
  return `import { type Middleware } from '../generated/service.js'

${doc}export const ${middlewareConst(name)}: Middleware = (_call, next) => next()
`
}
