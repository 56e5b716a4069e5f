import { type ExactParts, planExact } from './emit-exact.js'
import { tsType } from './emit-types.js'
import { type Int64 } from './int64.js'
import { docComment, lineComment, propertyName, quote } from './text-as-code.js'
import { groupRoutes, type RoutePlan, routeText, type ServicePlan } from './plan.js'

/** `client.ts`: one function a route, grouped as the routes are. */
export function emitClient(plan: ServicePlan): string {
  const groups = groupRoutes(plan.routes)
  const exact = planExact(plan)
  const writing = { int64: plan.int64, exact }
  const members = [...groups].map(([group, routes]) => {
    const functions = routes
      .map((route) => emitFunction(route, { ...writing, indent: group === '' ? '    ' : '      ' }))
      .join('')
    return group === '' ? functions : `    ${propertyName(group)}: {\n${functions}    },\n`
  })
  const uses = plan.routes.some((route) => route.request !== undefined || route.response !== null)
  const kinds = ['call', 'events'].filter((kind) =>
    plan.routes.some(({ sse }) => (kind === 'events') === sse),
  )
  const options = [
    ...(plan.routes.some((route) => !takesFiles(route)) || plan.routes.length === 0
      ? ['type CallOptions']
      : []),
    'type ClientOptions',
    'createCalls',
    ...(plan.routes.some(takesFiles) ? ['type UploadOptions'] : []),
  ]
  const head = `A client of ${plan.service}. Generated from its .api file: changes are lost.`
  const text = members.join('')
  const kind = exact.withTypes ? '' : 'type '
  return `${lineComment(head)}${exact.withReaders ? "import * as $ from 'jotgate/api-spec/schema'\n" : ''}import { ${options.join(', ')} } from 'jotgate/api-spec/client'
${uses ? `import ${kind}* as types from './types.js'\n` : ''}
/** What {@link createClient} returns. */
export type Client = ReturnType<typeof createClient>

/** Sends the token of its source on guarded routes only; refreshing it is the source's work. */
export function createClient(options: ClientOptions) {
  const { ${kinds.join(', ')} } = createCalls(options)
  return {
${text}  }
}
`
}

interface Writing {
  readonly int64: Int64
  readonly exact: ExactParts
  readonly indent: string
}

function emitFunction(route: RoutePlan, writing: Writing): string {
  const { indent, int64, exact } = writing
  const { name, request, response, sse } = route
  const input = request === undefined ? '' : `request: types.${request.inputName}, `
  const sent = `${descriptor(route, exact)}, ${request === undefined ? '{}' : 'request'}, options`
  // What comes back is taken at the server's word: both sides are made from one file.
  const type = response === null ? 'void' : tsType(response, { int64, scope: 'types.' })
  const result = sse
    ? `events(${sent}) as Promise<AsyncGenerator<${type}>>`
    : `call(${sent}) as Promise<${type}>`
  const options = takesFiles(route) ? 'UploadOptions' : 'CallOptions'
  const lines = [`${propertyName(name)}: (${input}options?: ${options}) =>`, `  ${result},`]
  const doc = docComment([routeText(route)], indent)
  return doc + lines.map((line) => `${indent}${line}\n`).join('')
}

function takesFiles({ form }: RoutePlan): boolean {
  return form?.maxFiles !== undefined
}

/** For a name such as `constructor` the compiler expects what every object inherits, and widens the text. */
function asConst(name: string): string {
  return name in Object.prototype ? ' as const' : ''
}

function descriptor(route: RoutePlan, exact: ExactParts): string {
  const { method, path, guard, request, formIsBody } = route
  const fields = request?.fields ?? []
  const from = fields
    .filter(({ source }) => source !== 'json')
    .map(({ name, source }) => `${propertyName(name)}: ${quote(source)}${asConst(name)}`)
  const hasBody =
    fields.some(({ source }) => source === 'json') && method !== 'GET' && method !== 'HEAD'
  const parts = [
    `method: ${quote(method)}`,
    `path: ${quote(path)}`,
    ...(guard === null ? [] : ['guarded: true']),
    ...(from.length === 0 ? [] : [`from: { ${from.join(', ')} }`]),
    ...(hasBody ? ['body: true'] : []),
    ...(formIsBody ? ['form: true'] : []),
    ...exact.ofCall(route),
  ]
  return `{ ${parts.join(', ')} }`
}
