import { type FieldPlan } from '../generate/plan-fields.js'
import { planService, type RoutePlan, type ServicePlan } from '../generate/plan.js'
import { camelCase } from '../generate/text-as-code.js'
import { type ApiSpec } from '../language/spec.js'
import { routedPath } from '../language/whole-path.js'
import {
  type Json,
  type JsonObject,
  type OpenApiDocument,
  present,
  routePathExtension,
} from './document.js'
import { described, fieldSchema, objectSchema, typeSchema } from './json-schema.js'
import { planSchemes, type Schemes } from './schemes.js'
import { recentLoginExtension, rolesExtension } from './security.js'

/**
 * A spec as an OpenAPI 3.1 document. Routes with `jwt` get `security` with a scheme for each place of a token and their scopes,
 * all others an empty one, so that nothing is left to a default. Roles are listed beside it, as `x-required-roles`.
 *
 * @throws ApiSpecError for what `generate` refuses too
 * @example JSON.stringify(toOpenApi(result.spec), null, 2)
 */
export function toOpenApi(spec: ApiSpec): OpenApiDocument {
  const plan = planService(spec)
  const schemes = planSchemes(plan.guards)
  const paths = pathsOf(plan, schemes)
  const schemas = Object.fromEntries(
    plan.types.map((type) => [
      type.name,
      present({ description: described(type.docs), ...objectSchema(type.fields) }),
    ]),
  )
  return {
    openapi: '3.1.1',
    info: infoOf(spec),
    servers: [{ url: '/' }],
    tags: [...new Set(plan.routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: mentioned(schemas, paths),
      securitySchemes: schemes.all,
      responses: mentioned(responses, paths),
    },
  }
}

/** Of these components those that the document refers to, directly or through another of them. */
function mentioned(components: JsonObject, paths: JsonObject): JsonObject {
  const wanted = new Set<string>()
  const look = (value: Json) => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/\w+\/(\w+)"/g)) {
      const component = components[name]
      if (wanted.has(name) || component === undefined) continue
      wanted.add(name)
      look(component)
    }
  }
  look(paths)
  return Object.fromEntries(Object.entries(components).filter(([name]) => wanted.has(name)))
}

function infoOf({ info, service }: ApiSpec): JsonObject {
  return present({
    title: info['title'] ?? service,
    description: info['desc'] ?? info['description'],
    version: info['version'] ?? '1.0.0',
    contact:
      info['author'] === undefined && info['email'] === undefined
        ? undefined
        : present({ name: info['author'], email: info['email'] }),
  })
}

function pathsOf(plan: ServicePlan, schemes: Schemes): Readonly<Record<string, JsonObject>> {
  const paths = new Map<string, PathItem>()
  const ids = new Set<string>()
  for (const route of plan.routes) {
    const key = routedPath(route.path)
    const path = route.path.replaceAll(/:([\w.-]+)/g, '{$1}')
    const item = paths.get(key) ?? { path, params: route.params, methods: {} }
    paths.set(key, item)
    const operation = operationOf(renamed(route, item.params), {
      operationId: uniqueId(route, ids),
      security: securityOf(route, schemes),
    })
    const own = path === item.path ? {} : { [routePathExtension]: path }
    item.methods[route.method.toLowerCase()] = { ...operation, ...own }
  }
  return Object.fromEntries([...paths.values()].map(({ path, methods }) => [path, methods]))
}

/** One path of the document, with the names that its parameters have. */
interface PathItem {
  readonly path: string
  readonly params: readonly string[]
  readonly methods: Record<string, Json>
}

/**
 * A route with the names of the parameters that its path has in the document: paths that differ in these names alone are one
 * path there (OpenAPI 3.1 section 4.8.8).
 */
function renamed(route: RoutePlan, params: readonly string[]): RoutePlan {
  const names = new Map(route.params.map((name, index) => [name, params[index] ?? name]))
  const { request } = route
  if (route.params.every((name) => names.get(name) === name)) return route
  const fields = request?.fields.map((field) =>
    field.source === 'path' ? { ...field, name: names.get(field.name) ?? field.name } : field,
  )
  return { ...route, params, request: request && fields && { ...request, fields } }
}

function uniqueId(route: RoutePlan, ids: Set<string>): string {
  const own = ids.has(route.name) ? camelCase(`${route.group}/${route.name}`) : route.name
  let id = own
  for (let count = 2; ids.has(id); count++) id = `${own}${String(count)}`
  ids.add(id)
  return id
}

function operationOf(
  route: RoutePlan,
  { operationId, security }: { readonly operationId: string; readonly security: Json },
): JsonObject {
  const fields = route.request?.fields ?? []
  const parameters = parametersOf(route, fields)
  return present({
    operationId,
    summary: route.summary === '' ? operationId : route.summary,
    tags: [tagOf(route)],
    security,
    [rolesExtension]: route.roles.length === 0 ? undefined : route.roles,
    [recentLoginExtension]: route.recentLogin,
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: bodyOf(route, fields),
    responses: present({
      [route.response === null ? '204' : '200']: answerOf(route),
      '400':
        route.request === undefined ? undefined : { $ref: '#/components/responses/BadRequest' },
      '401': route.guard === null ? undefined : { $ref: '#/components/responses/Unauthorized' },
      '403': refusalOf(route),
      default: { $ref: '#/components/responses/Error' },
    }),
  })
}

function securityOf({ guard, scopes, optional }: RoutePlan, schemes: Schemes): Json {
  if (guard === null) return []
  return [...(optional ? [{}] : []), ...schemes.of(guard).map((name) => ({ [name]: scopes }))]
}

function refusalOf({ scopes, roles, ways }: RoutePlan): JsonObject | undefined {
  if (ways?.cookie !== undefined) return { $ref: '#/components/responses/ForeignPage' }
  if (scopes.length === 0 && roles.length === 0) return undefined
  return { $ref: '#/components/responses/Forbidden' }
}

const places = { path: 'path', form: 'query', header: 'header', json: undefined } as const

function parametersOf(route: RoutePlan, fields: readonly FieldPlan[]): readonly JsonObject[] {
  const named = fields.flatMap((field): readonly JsonObject[] => {
    const place = places[field.source]
    if (field.source === 'form' && route.formIsBody) return []
    if (place === undefined || (place === 'path' && !route.params.includes(field.name))) return []
    const { description, ...schema } = fieldSchema(field)
    const required = place === 'path' || (!field.optional && field.default === undefined)
    return [present({ name: field.name, in: place, required, description, schema })]
  })
  // A parameter no member takes is one all the same: the path has it.
  const known = new Set(
    named.filter((parameter) => parameter['in'] === 'path').map(({ name }) => name),
  )
  const others = route.params.filter((name) => !known.has(name))
  return [
    ...named,
    ...others.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  ]
}

function bodyOf(route: RoutePlan, fields: readonly FieldPlan[]): JsonObject | undefined {
  const { request, method } = route
  if (route.formIsBody) return formOf(route, fields)
  if (
    request === undefined ||
    method === 'GET' ||
    method === 'HEAD' ||
    !fields.some(({ source }) => source === 'json')
  )
    return undefined
  return {
    required: true,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${request.name}` } } },
  }
}

/** The same fields in both content types; files come in one of them only, under any name. */
function formOf({ form }: RoutePlan, fields: readonly FieldPlan[]): JsonObject {
  const schema = objectSchema(fields, 'form')
  const files = { additionalProperties: { type: 'string', contentMediaType: fileTypes(form) } }
  const takesFiles = form?.maxFiles !== undefined
  return {
    ...(form?.stream === true ? { description: 'fields come before files' } : {}),
    required: schema['required'] !== undefined,
    content: {
      ...(fields.some(({ source }) => source === 'form') ? { [urlencoded]: { schema } } : {}),
      'multipart/form-data': { schema: takesFiles ? { ...schema, ...files } : schema },
    },
  }
}

const urlencoded = 'application/x-www-form-urlencoded'

function fileTypes(form: RoutePlan['form']): string {
  return form?.fileTypes?.join(', ') ?? 'application/octet-stream'
}

function answerOf({ response, sse }: RoutePlan): JsonObject {
  if (response === null) return { description: 'done' }
  const type = sse ? 'text/event-stream' : 'application/json'
  return {
    description: sse ? 'events, each one JSON text' : 'the answer',
    content: { [type]: { schema: typeSchema(response) } },
  }
}

function tagOf({ tags, group }: RoutePlan): string {
  return tags[0] ?? (group === '' ? 'default' : group)
}

/** A problem document (RFC 9457). */
const problem: JsonObject = {
  'application/problem+json': {
    schema: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        status: { type: 'integer' },
        reason: { type: 'string' },
      },
    },
  },
}
const responses: JsonObject = {
  BadRequest: {
    description: 'the request does not fit its type',
    content: problem,
  },
  Unauthorized: {
    description: 'no token, or one that is not good (RFC 6750)',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
    content: problem,
  },
  Forbidden: {
    description: 'a token without the scopes or the roles that are asked for (RFC 6750)',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
    content: problem,
  },
  ForeignPage: {
    description:
      'a cookie that a page of another origin has sent, or a token without the scopes or the roles that are asked for',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
    content: problem,
  },
  Error: { description: 'anything else', content: problem },
}
