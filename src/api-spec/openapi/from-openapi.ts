import { ConfigError } from '../../foundation/errors.js'
import { ApiSpecError } from '../generate/error.js'
import { type OptionTable, readOptions, value } from '../../foundation/options.js'
import { type Guard } from '../../gate/authorize.js'
import { authorizeOf } from './authorize.js'
import { isObject, readSchemes, readSecurity, rolesExtension, type Security } from './security.js'

/** An operation of the document and what it asks of its callers. */
export interface SecuredOperation extends Security {
  readonly method: string
  /** As in the document, below `basePath`: `/users/{id}`. */
  readonly path: string
}

/** A route of the server: a method and a pattern, parameters written `:id` or `{id}`. */
export interface ServerRoute {
  readonly method: string
  readonly path: string
}

/** What is asked about a call: a part of what the middleware's `Call` has. */
export interface OpenApiCall {
  readonly method?: string | undefined
  readonly pattern?: string | undefined
  readonly path: string
}

/** Operations that ask for the same, so that one gate can stand before all of them. */
export interface SecurityGroup extends Security {
  readonly operations: readonly SecuredOperation[]
  /** Whether a token carries the scopes of one of the alternatives, and all roles; for a gate's `authorize`. */
  readonly authorize: Guard<unknown>
}

/** A document's `security`, ready to be enforced. */
export interface OpenApiGuards {
  readonly operations: readonly SecuredOperation[]
  readonly groups: readonly SecurityGroup[]
  /** Rules for `select({ except })`: only what the document opens goes without a token, all else is guarded. */
  readonly except: { readonly match: (call: OpenApiCall) => boolean }
  /** The operation a call is for; undefined when the document has none. */
  find(call: OpenApiCall): SecuredOperation | undefined
  /**
   * Makes sure that the server has a route for every operation: one that has none is probably served under another
   * path, where nothing protects it.
   *
   * @throws ApiSpecError naming the operations without a route
   */
  requireRoutes(routes: readonly ServerRoute[]): void
}

/** How {@link fromOpenApi} reads. */
export interface FromOpenApiOptions {
  /** What stands before every path of the document, such as `/v1`. Default none; `servers` is not looked at. */
  readonly basePath?: string
}

/** Options of `fromOpenApi`. */
export const fromOpenApiTable = {
  basePath: value('path', readBasePath, { default: '' }),
} satisfies OptionTable<keyof FromOpenApiOptions>

function readBasePath(given: unknown, option: string): string {
  if (typeof given === 'string') return given
  throw new ConfigError(option, 'must be text')
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/**
 * Reads what an OpenAPI 3.x document says about security: which operations need a token, with which scopes and
 * which roles (`x-required-roles`). A document it cannot read fully is refused: half of it would leave operations open.
 *
 * @throws ApiSpecError for a document that is none, undeclared schemes, operations no token can satisfy, external references
 * @example
 * const guards = fromOpenApi(document)
 * guards.requireRoutes(routes)
 * const gate = createGate({ verify, select: select({ except: guards.except }) })
 */
export function fromOpenApi(document: unknown, options: FromOpenApiOptions = {}): OpenApiGuards {
  const { basePath } = readOptions('fromOpenApi', fromOpenApiTable, options)
  const base = basePath.replace(/\/$/, '')
  const operations = readOperations(document).map((operation) =>
    Object.freeze({ ...operation, path: base + operation.path }),
  )
  const find = (call: OpenApiCall) => findOperation(operations, call)
  return Object.freeze({
    operations,
    groups: groupBySecurity(operations),
    except: { match: (call: OpenApiCall) => find(call)?.kind === 'open' },
    find,
    requireRoutes: (routes: readonly ServerRoute[]) => {
      const served = new Set(routes.map(({ method, path }) => keyOf(method, path)))
      const missing = operations.filter(({ method, path }) => !served.has(keyOf(method, path)))
      if (missing.length === 0) return
      throw new ApiSpecError(
        `no route for ${missing.map(({ method, path }) => `${method} ${path}`).join(', ')}`,
      )
    },
  })
}

function readOperations(document: unknown): readonly SecuredOperation[] {
  if (!isObject(document) || !/^3\.\d/.test(String(document['openapi'])))
    throw new ApiSpecError('this is no OpenAPI 3 document')
  const components = isObject(document['components']) ? document['components'] : {}
  const schemes = readSchemes(components['securitySchemes'])
  const paths = document['paths'] ?? {}
  if (!isObject(paths)) throw new ApiSpecError('paths must be an object')
  return Object.entries(paths).flatMap(([path, item]) => {
    if (!isObject(item)) throw new ApiSpecError(`${path}: a path item must be an object`)
    if ('$ref' in item)
      throw new ApiSpecError(`${path}: references are not followed; bundle the document first`)
    return methods.flatMap((method): readonly SecuredOperation[] => {
      const operation = item[method]
      if (operation === undefined) return []
      const where = `${method.toUpperCase()} ${path}`
      if (!isObject(operation)) throw new ApiSpecError(`${where}: an operation must be an object`)
      const security = 'security' in operation ? operation['security'] : document['security']
      const asked = { security, roles: operation[rolesExtension] }
      return [{ method: method.toUpperCase(), path, ...readSecurity(asked, schemes, where) }]
    })
  })
}

function groupBySecurity(operations: readonly SecuredOperation[]): readonly SecurityGroup[] {
  const groups = new Map<string, SecuredOperation[]>()
  for (const operation of operations) {
    const key = JSON.stringify([operation.kind, operation.alternatives, operation.roles])
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return [...groups.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { kind, alternatives, roles } = first
    return [{ kind, alternatives, roles, operations: own, authorize: authorizeOf(first) }]
  })
}

/** By the router's pattern where there is one; else by the path as it was sent, a fixed path before one with parameters. */
function findOperation(
  operations: readonly SecuredOperation[],
  { method, pattern, path }: OpenApiCall,
): SecuredOperation | undefined {
  const own = operations.filter((operation) => operation.method === method)
  if (pattern !== undefined)
    return own.find((operation) => templateOf(operation.path) === templateOf(pattern))
  // Whoever decodes the path may see another one: only plain paths are recognised.
  if (!/^(\/[\w~!$&'()*+,=:@.-]*)+$/.test(path) || /\/\.{1,2}(\/|$)|\/\//.test(path))
    return undefined
  const matching = own.filter((operation) => matches(operation.path, path))
  return (
    matching.find(({ path: template }) => !template.includes('{')) ??
    (matching.length === 1 ? matching[0] : undefined)
  )
}

function matches(template: string, path: string): boolean {
  const wanted = template.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, index) =>
      /^\{[^}]*\}$/.test(part) ? given[index] !== '' : part === given[index],
    )
  )
}

function keyOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${templateOf(path)}`
}

/** A pattern without the names of its parameters. */
function templateOf(path: string): string {
  return path.replaceAll(/\{[^}]*\}|:[\w.-]+/g, '{}')
}
