import { ConfigError } from '../../foundation/errors.js'
import { ApiSpecError } from '../generate/error.js'
import { type OptionTable, readOptions, value } from '../../foundation/options.js'
import { type Guard } from '../../gate/authorize.js'
import { authorizeOf } from './authorize.js'
import { routePathExtension } from './document.js'
import {
  findOperations,
  type FoundOperations,
  isSameRoute,
  type OpenApiCall,
} from './find-operations.js'
import {
  isObject,
  readSchemes,
  readSecurity,
  recentLoginExtension,
  rolesExtension,
  type SecuredOperation,
  type Security,
} from './security.js'

/** A route of the server: a method and a pattern, parameters written `:id` or `{id}`. */
export interface ServerRoute {
  readonly method: string
  readonly path: string
}

/** Operations that ask for the same, so that one gate can stand before all of them. */
export interface SecurityGroup extends Security {
  readonly operations: readonly SecuredOperation[]
  /**
   * Whether a call may be for one of these operations, in doubt yes: for a gate of their own, before whose handlers
   * no call may get without these scopes and roles. Where the router's pattern is unknown (Express), `/u/export` counts
   * for the operation of that path and not for `/u/{id}`: register it first, as OpenAPI 3.1 section 4.8.8 matches it.
   *
   * @example createGate({ verify, authorize: group.authorize, select: select({ match: group.match }) })
   */
  readonly match: (call: OpenApiCall) => boolean
  /** Whether a token carries the scopes of one of the alternatives, and all roles; for a gate's `authorize`. */
  readonly authorize: Guard<unknown>
}

/** A document's `security`, ready to be enforced. */
export interface OpenApiGuards {
  readonly operations: readonly SecuredOperation[]
  readonly groups: readonly SecurityGroup[]
  /**
   * Rules for `select({ except })`: only what the document opens goes without a token, all else is guarded. Where the
   * router's pattern is unknown (node, Express), an operation with parameters is never opened: which route its path
   * leads to is unknown there.
   */
  readonly except: { readonly match: (call: OpenApiCall) => boolean }
  /**
   * The operation a call is for; undefined when the document has none. In doubt it is a guarded one that the call may
   * be for, and never an open one.
   */
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

/** Below any other base no call would be found, and the gates of groups would guard nothing. */
function readBasePath(given: unknown, option: string): string {
  if (typeof given === 'string' && /^(?:\/[^\s\\?#;]*)?$/.test(given) && !given.includes('//'))
    return given
  throw new ConfigError(option, 'must be a path that begins with "/", such as "/v1"')
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
/** What else a path item may hold (OpenAPI 3.1 section 4.8.9). */
const besideMethods = ['summary', 'description', 'servers', 'parameters']

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
  const search = (call: OpenApiCall) => findOperations(operations, call)
  const find = (call: OpenApiCall) => safest(search(call))
  return Object.freeze({
    operations,
    groups: groupBySecurity(operations, search),
    except: { match: (call: OpenApiCall) => find(call)?.kind === 'open' },
    find,
    requireRoutes: (routes: readonly ServerRoute[]) => {
      const missing = operations.filter(
        (operation) => !routes.some((route) => serves(route, operation)),
      )
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
  refuseStrayRoles(document, 'the document')
  const items = Object.entries(paths).filter(([path]) => !path.startsWith('x-'))
  return items.flatMap(([path, item]) => {
    checkItem(path, item)
    return methods.flatMap((method): readonly SecuredOperation[] => {
      const operation = item[method]
      if (operation === undefined) return []
      const where = `${method.toUpperCase()} ${path}`
      if (!isObject(operation)) throw new ApiSpecError(`${where}: an operation must be an object`)
      // Code that makes a document may set a member to undefined, which JSON would leave out.
      const { security = document['security'] } = operation
      const asked = {
        security,
        roles: operation[rolesExtension],
        recentLogin: operation[recentLoginExtension],
      }
      const own = readRoutePath(operation[routePathExtension], path)
      return [{ method: method.toUpperCase(), path: own, ...readSecurity(asked, schemes, where) }]
    })
  })
}

/** The path of an operation's own route: that of the document but for the names of its parameters. */
function readRoutePath(given: unknown, path: string): string {
  if (given === undefined) return path
  const shape = (text: string) => text.replaceAll(/\{[\w.:~-]+\}/g, '{}')
  if (typeof given === 'string' && shape(given) === shape(path)) return given
  throw new ApiSpecError(
    `${path}: ${routePathExtension} may differ in the names of its parameters alone`,
  )
}

/** Refuses what may hold operations that would not be read, and so not be guarded. */
function checkItem(path: string, item: unknown): asserts item is Readonly<Record<string, unknown>> {
  if (!path.startsWith('/')) throw new ApiSpecError(`${path}: a path must begin with "/"`)
  // Such as {p+} of RFC 6570: it stands for several segments, and no call would be found to be for it.
  if (/[{}]/.test(path.replaceAll(/\{[\w.:~-]+\}/g, '')))
    throw new ApiSpecError(`${path}: a parameter is a name in braces, such as {id}`)
  if (!isObject(item)) throw new ApiSpecError(`${path}: a path item must be an object`)
  if ('$ref' in item)
    throw new ApiSpecError(`${path}: references are not followed; bundle the document first`)
  refuseStrayRoles(item, path)
  const unknown = Object.keys(item).find(
    (name) => !methods.includes(name) && !besideMethods.includes(name) && !/^x-/.test(name),
  )
  if (unknown !== undefined)
    throw new ApiSpecError(`${path}: '${unknown}' is no method that this reads`)
}

/** Beside an operation they would look like a demand, and be none. */
function refuseStrayRoles(holder: Readonly<Record<string, unknown>>, where: string): void {
  for (const name of [rolesExtension, recentLoginExtension]) {
    if (name in holder) throw new ApiSpecError(`${where}: ${name} stands inside an operation`)
  }
}

/** Guarded operations come first; an open one counts only when it is certain. */
function safest({ found, isCertain }: FoundOperations): SecuredOperation | undefined {
  const [first] = found
  return isCertain || first?.kind !== 'open' ? first : undefined
}

/** Routes may be written as the document writes them. */
function serves(route: ServerRoute, { method, path }: SecuredOperation): boolean {
  const pattern = route.path.replaceAll(/\{([^{}]*)\}/g, ':$1')
  return route.method.toUpperCase() === method && isSameRoute(path, pattern)
}

function groupBySecurity(
  operations: readonly SecuredOperation[],
  search: (call: OpenApiCall) => FoundOperations,
): readonly SecurityGroup[] {
  const groups = new Map<string, SecuredOperation[]>()
  for (const operation of operations) {
    const { kind, alternatives, roles, recentLogin } = operation
    const key = JSON.stringify([kind, alternatives, roles, recentLogin])
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return [...groups.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { kind, alternatives, roles, recentLogin } = first
    const match = (call: OpenApiCall) => search(call).found.some((each) => own.includes(each))
    const asked = { kind, alternatives, roles, recentLogin }
    return [{ ...asked, operations: own, match, authorize: authorizeOf(first) }]
  })
}
