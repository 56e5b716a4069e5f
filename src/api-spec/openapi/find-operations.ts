import { mayReplaceMethod } from '../../foundation/method-overrides.js'
import { type SecuredOperation } from './security.js'

/** What is asked about a call: a part of what the middleware's `Call` has. */
export interface OpenApiCall {
  readonly method?: string | undefined
  readonly pattern?: string | undefined
  readonly path: string
  readonly query?: string | undefined
  /** All values of a header field; `name` in lower case. Without it no header is looked at. */
  header?(name: string): readonly string[]
}

/** The operations that a call may be for. */
export interface FoundOperations {
  /** Whether it can be for no other: its route, or its path letter by letter, stands in the document. */
  readonly isCertain: boolean
  /** In doubt more than one; those that are guarded first. */
  readonly found: readonly SecuredOperation[]
}

/**
 * Finds the operations that a call may be for. Only two things are certain: the router's pattern, and a path without
 * parameters that was sent exactly as the document has it. A path alone never says which route the router took for it:
 * `/users/ME` may be `/users/{name}` or `/users/me`, and `/users/export` a route that the document does not have.
 *
 * @example findOperations(operations, { method: 'GET', path: '/users/7' }).isCertain // false
 */
export function findOperations(
  operations: readonly SecuredOperation[],
  call: OpenApiCall,
): FoundOperations {
  const { method, pattern, path } = call
  const isOverridden = mayReplaceMethod(call)
  const own = operations.filter((operation) => operation.method === method)
  const certain = pattern === undefined ? byPath(own, path) : byPattern(own, pattern)
  if (certain.length > 0 && !isOverridden) return { isCertain: true, found: guardedFirst(certain) }
  const methods = isOverridden || method === undefined ? undefined : answering(method)
  const possible = operations.filter((operation) => methods?.includes(operation.method) ?? true)
  return { isCertain: false, found: guardedFirst(possible.filter((each) => mayMatch(each, path))) }
}

function byPattern(operations: readonly SecuredOperation[], pattern: string) {
  return operations.filter((operation) => isSameRoute(operation.path, pattern))
}

/** With those that a router without case may take for the same: the guarded one of two counts. */
function byPath(operations: readonly SecuredOperation[], path: string) {
  if (path.includes('{') || !operations.some((operation) => operation.path === path)) return []
  return operations.filter((operation) => fold(operation.path) === fold(path))
}

/**
 * Whether a router's pattern is the route of a path of the document. Segments have the same text, with `:id` for
 * `{id}`, or both are one parameter and no more; what else a router can write into a pattern is another route.
 *
 * @example isSameRoute('/users/{id}', '/users/:name') // true
 * @example isSameRoute('/files/{name}', '/files/:name.json') // false
 */
export function isSameRoute(documented: string, pattern: string): boolean {
  const [wanted, given] = [documented.split('/'), pattern.split('/')]
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => isSameSegment(segment, given[index] ?? ''))
  )
}

function isSameSegment(documented: string, routed: string): boolean {
  if (/^\{[^{}]*\}$/.test(documented) && /^:\w+$/.test(routed)) return true
  // Routers read a colon as a parameter; two of them are one colon.
  const written = documented.replaceAll(':', '::').replaceAll(/\{([^{}]*)\}/g, ':$1')
  return routed === documented || routed === written
}

/** The methods whose handler may answer: most servers take GET's for HEAD, and some fold case. */
function answering(method: string): readonly string[] {
  const upper = method.toUpperCase()
  return upper === 'HEAD' ? ['HEAD', 'GET'] : [upper]
}

/** Whether any router might take this path for the operation: without case, encoding and trailing slash. */
function mayMatch({ path: template }: SecuredOperation, path: string): boolean {
  const plain = decoded(path)
  if (plain === undefined) return true
  const [wanted, given] = [fold(template).split('/'), fold(plain).split('/')]
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.includes('{') || segment === given[index])
  )
}

/** Undefined for a path that programs read in different ways. */
function decoded(path: string): string | undefined {
  if (/[\\;#?]|\/\/|\/\.{1,2}(?:\/|$)|%(?:2[ef]|5c|25|3b)/i.test(path)) return undefined
  try {
    return decodeURIComponent(path)
  } catch {
    // Not UTF-8, or a percent sign that encodes nothing.
    return undefined
  }
}

function fold(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/$/, '')
}

function guardedFirst(operations: readonly SecuredOperation[]): readonly SecuredOperation[] {
  const isOpen = ({ kind }: SecuredOperation) => kind === 'open'
  return [...operations.filter((each) => !isOpen(each)), ...operations.filter(isOpen)]
}
