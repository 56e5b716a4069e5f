import { type SpecType } from '../language/spec.js'
import { tsType } from './emit-types.js'
import { camelCase, kebabCase, quote, typeName } from './names.js'
import { type RoutePlan, type ServicePlan } from './plan.js'

/** `routes.ts`: the table the adapters go by. */
export function emitRoutes(plan: ServicePlan): string {
  const names = handlerImports(plan.routes)
  const imports = plan.routes.map((route, index) => {
    const alias = names[index] ?? ''
    const own = handlerConst(route)
    return `import { ${own === alias ? own : `${own} as ${alias}`} } from '../handlers/${route.file}.js'\n`
  })
  const middleware = plan.middleware.map(
    (name) => `import { ${middlewareConst(name)} } from '../middleware/${kebabCase(name)}.js'\n`,
  )
  const rows = plan.routes.map((route, index) => `  ${emitRoute(route, names[index] ?? '')},\n`)
  const kinds = [
    ...(plan.routes.some(({ guard }) => guard !== null) ? ['guarded'] : []),
    ...(plan.routes.some(({ guard }) => guard === null) ? ['open'] : []),
  ]
  const withTypes = plan.routes.some(({ request }) => request !== undefined)
  const withNothing = plan.routes.some(({ request }) => request === undefined)
  return `// The routes of ${plan.service}. Generated from its .api file: changes are lost.
${imports.join('')}${middleware.join('')}${withNothing ? "import { object } from './schema.js'\n" : ''}import { ${[...kinds, 'type Route'].join(', ')} } from './server.js'
${withTypes ? "import * as types from './types.js'\n" : ''}
${withNothing ? 'const nothing = object<object>(() => [])\n\n' : ''}export const routes: readonly Route[] = [
${rows.join('')}]
`
}

function emitRoute(route: RoutePlan, handler: string): string {
  const { method, path, middleware, timeoutMs, maxBytes, sse, strict, guard } = route
  const options = [
    ...(guard === null ? [] : [`guard: ${quote(guard)}`]),
    `method: ${quote(method)}, path: ${quote(path)}`,
    ...(middleware.length === 0
      ? []
      : [`middleware: [${middleware.map(middlewareConst).join(', ')}]`]),
    ...(timeoutMs === undefined ? [] : [`timeoutMs: ${String(timeoutMs)}`]),
    ...(maxBytes === undefined ? [] : [`maxBytes: ${String(maxBytes)}`]),
    ...(sse ? ['sse: true'] : []),
    ...(strict ? ['strict: true'] : []),
  ]
  const request = route.request === undefined ? 'nothing' : `types.${typeName(route.request.name)}`
  const parts = [`{ ${options.join(', ')} }`, request, handler]
  const call = guard === null ? 'open' : 'guarded'
  const line = `${call}(${parts.join(', ')})`
  return line.length <= widest
    ? line
    : `${call}(\n${parts.map((part) => `    ${part},\n`).join('')}  )`
}

/** A row with its indent and comma fits into a hundred columns. */
const widest = 97

/** A name for each handler that no other has: its own, with its group before it where two groups share one. */
function handlerImports(routes: readonly RoutePlan[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const route of routes)
    counts.set(handlerConst(route), (counts.get(handlerConst(route)) ?? 0) + 1)
  const used = new Set<string>()
  return routes.map((route) => {
    const own = handlerConst(route)
    const base =
      (counts.get(own) ?? 0) > 1 && route.group !== '' ? camelCase(`${route.group}/${own}`) : own
    let name = base
    for (let count = 2; used.has(name); count++) name = `${base}${String(count)}`
    used.add(name)
    return name
  })
}

function handlerConst({ name }: RoutePlan): string {
  return `${name}Handler`
}

function middlewareConst(name: string): string {
  return `${camelCase(name)}Middleware`
}

/** The stub of a handler, for a person to fill in. */
export function emitHandler(route: RoutePlan): string {
  const up = '../'.repeat(route.file.split('/').length)
  const type = `${route.guard === null ? 'Handler' : 'GuardedHandler'}<${requestType(route)}, ${responseType(route)}>`
  const uses = route.request !== undefined || usesTypes(route.response)
  return `import { ${route.guard === null ? 'type Handler' : 'type GuardedHandler'}, HttpError, problemOf } from '${up}generated/server.js'
${uses ? `import type * as types from '${up}generated/types.js'\n` : ''}
/** ${route.method} ${route.path} */
export const ${handlerConst(route)}: ${type} = () => {
  throw new HttpError(501, problemOf(501, 'not_implemented'))
}
`
}

/** The stub of a middleware. */
export function emitMiddleware(name: string): string {
  return `import { type Middleware } from '../generated/server.js'

/** \`middleware: ${name}\` */
export const ${middlewareConst(name)}: Middleware = (_call, next) => next()
`
}

function requestType({ request }: RoutePlan): string {
  return request === undefined ? 'object' : `types.${typeName(request.name)}`
}

/** What a handler returns: nothing, an answer, or for events many of them. */
function responseType({ response, sse }: RoutePlan): string {
  if (response === null) return 'void'
  const type = tsType(response, '', 'types.')
  return sse ? `AsyncIterable<${type}>` : type
}

function usesTypes(type: SpecType | null): boolean {
  return type !== null && tsType(type, '', 'types.').includes('types.')
}
