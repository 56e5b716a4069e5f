import { inputName, tsType } from './emit-types.js'
import { camelCase, propertyName, quote } from './names.js'
import { type RoutePlan, type ServicePlan } from './plan.js'

/** `client.ts`: one function a route, grouped as the routes are. */
export function emitClient(plan: ServicePlan): string {
  const groups = groupRoutes(plan.routes)
  const members = [...groups].map(([group, routes]) => {
    const functions = routes
      .map((route) => emitFunction(route, group === '' ? '    ' : '      '))
      .join('')
    return group === '' ? functions : `    ${propertyName(group)}: {\n${functions}    },\n`
  })
  const uses = plan.routes.some((route) => route.request !== undefined || route.response !== null)
  const streams = plan.routes.some(({ sse }) => sse)
  return `// A client of ${plan.service}. Generated from its .api file: changes are lost.
import { bodyOf, type CallOptions, type ClientOptions, createSend${streams ? ', eventsOf' : ''} } from './send.js'
${uses ? "import type * as types from './types.js'\n" : ''}
export { ApiError, memoryTokens, type CallOptions, type ClientOptions, type Tokens } from './send.js'

/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** A client that sends its token, and gets a new one when it is refused, on guarded routes only. */
export function createClient(options: ClientOptions) {
  const send = createSend(options)
  return {
${members.join('')}  }
}
`
}

function groupRoutes(routes: readonly RoutePlan[]): ReadonlyMap<string, readonly RoutePlan[]> {
  const groups = new Map<string, RoutePlan[]>()
  for (const route of routes) {
    const name = camelCase(route.group)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [route])
    else group.push(route)
  }
  return groups
}

function emitFunction(route: RoutePlan, indent: string): string {
  const { name, request, response, sse } = route
  const doc = [
    route.summary.replaceAll('*/', '* /'),
    `${route.method} ${route.path}${route.guard === null ? '' : ', with a token'}`,
  ]
  const type = response === null ? 'undefined' : tsType(response, '', 'types.')
  const input = request === undefined ? '' : `request: types.${inputName(request)}, `
  const call = `send(${descriptor(route)}, ${request === undefined ? '{}' : 'request'}, options)`
  const lines = [
    `/** ${doc
      .filter((line) => line !== '')
      .join(': ')
      .replaceAll(/\s+/g, ' ')} */`,
  ]
  // What comes back is taken at the server's word: both sides are made from one file.
  if (sse)
    lines.push(
      `${propertyName(name)}: async (${input}options?: CallOptions) => eventsOf(await ${call}) as AsyncGenerator<${type}>,`,
    )
  else
    lines.push(
      `${propertyName(name)}: async (${input}options?: CallOptions) => (await bodyOf(await ${call})) as ${type},`,
    )
  return lines.map((line) => `${indent}${line}\n`).join('')
}

function descriptor({ method, path, guard, request }: RoutePlan): string {
  const fields = request?.fields ?? []
  const from = fields
    .filter(({ source }) => source !== 'json')
    .map(({ name, source }) => `${propertyName(name)}: ${quote(source)}`)
  const body =
    fields.some(({ source }) => source === 'json') && method !== 'GET' && method !== 'HEAD'
  return `{ method: ${quote(method)}, path: ${quote(path)}, guarded: ${String(guard !== null)}, from: {${from.length === 0 ? '' : ` ${from.join(', ')} `}}, body: ${String(body)} }`
}
