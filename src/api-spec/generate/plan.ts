import { type demandKeys, milliseconds, namesIn, valueProblem } from '../language/annotations.js'
import { type SpecPlace } from '../language/places.js'
import { type ApiRoute, type ApiSpec, type RouteGroup, type SpecType } from '../language/spec.js'
import { unquoted } from '../language/syntax/ast.js'
import { type TokenWays } from '../language/token-ways.js'
import { routedPath, wholePath } from '../language/whole-path.js'
import { type FormRules } from '../runtime/form-rules.js'
import { ApiSpecError } from './error.js'
import { type Int64 } from './int64.js'
import { type GuardPlan, type Guards, planGuards } from './plan-guards.js'
import { camelCase, handlerName, kebabCase } from './text-as-code.js'
import { planTypes, type TypePlan } from './plan-fields.js'

/** One route, everything about it resolved. */
export interface RoutePlan {
  /** `login`, unique within its group. */
  readonly name: string
  /** `user/session`; empty without a group. */
  readonly group: string
  readonly method: string
  /** With the prefix: `/v1/user/:id`. */
  readonly path: string
  readonly params: readonly string[]
  readonly guard: string | null
  /** Where the guard takes a token from; undefined without one. */
  readonly ways: TokenWays | undefined
  /** The scopes that a token must have, all of them; none where any token of the guard will do. */
  readonly scopes: readonly string[]
  /** The roles that its subject must have, all of them. */
  readonly roles: readonly string[]
  /** How old the login behind the token may be, in seconds; undefined: however old. */
  readonly recentLogin: number | undefined
  /** Calls without a token are taken too. */
  readonly optional: boolean
  readonly request: TypePlan | undefined
  readonly response: SpecType | null
  readonly middleware: readonly string[]
  readonly timeoutMs: number | undefined
  readonly maxBytes: number | undefined
  /** What a form may hold, where the body may be one. */
  readonly form: FormRules | undefined
  /** Members from the tag `form` are sent in the body. */
  readonly formIsBody: boolean
  readonly sse: boolean
  /** A body with members that the type does not name is refused. */
  readonly strict: boolean
  readonly summary: string
  /** Where it was declared. */
  readonly place: SpecPlace
  readonly tags: readonly string[]
}

/** A whole service, ready to be written in whatever form. */
export interface ServicePlan {
  readonly service: string
  /** What numbers of 64 bits are in TypeScript. */
  readonly int64: Int64
  readonly types: readonly TypePlan[]
  readonly guards: readonly GuardPlan[]
  readonly middleware: readonly string[]
  readonly routes: readonly RoutePlan[]
}

/**
 * Resolves a spec: prefixes, guards, middleware, names and files.
 *
 * @throws ApiSpecError for what cannot be served: no service, `signature: true`, CONNECT and TRACE, clashing names
 * @example planService(spec).routes.map(({ method, path, guard }) => [method, path, guard])
 */
export function planService(spec: ApiSpec, int64: Int64 = 'number'): ServicePlan {
  if (spec.service === '') throw new ApiSpecError('missing service')
  const types = planTypes(spec)
  const guards = planGuards(spec.groups)
  const byName = new Map(types.map((type) => [type.name, type]))
  const routes = spec.groups.flatMap((group) =>
    group.routes.map((route) => planRoute(route, { group, guards, types: byName })),
  )
  refuseClashes(routes)
  refuseRepeats(routes)
  return {
    ...{ service: spec.service, int64 },
    types,
    guards: guards.all,
    middleware: planMiddleware(routes),
    routes,
  }
}

/** Each middleware once: names that differ in capitals only are one file. */
function planMiddleware(routes: readonly RoutePlan[]): readonly string[] {
  const names = routes.flatMap((route) => route.middleware)
  return [...new Map(names.map((name) => [kebabCase(name), name])).values()]
}

interface Scope {
  readonly group: RouteGroup
  readonly guards: Guards
  readonly types: ReadonlyMap<string, TypePlan>
}

function planRoute(route: ApiRoute, { group, guards, types }: Scope): RoutePlan {
  const annotation = group.annotation ?? {}
  if (annotation['signature'] === 'true') {
    throw new ApiSpecError(
      `'signature: true' is not supported: ${route.path} would be served without the check it asks for`,
      { key: 'signature', value: 'true' },
    )
  }
  if (route.method === 'connect' || route.method === 'trace')
    throw new ApiSpecError(
      `${route.method} ${route.path}: no server here takes this method`,
      placeOf(route),
    )
  const folder = folderOf(annotation['group'] ?? '')
  const name = nameOf(route)
  const path = wholePath(annotation['prefix'] ?? '', route.path)
  const ways = guards.of(group)
  const guard = ways?.name ?? null
  const { middleware, timeout, maxBytes } = annotation
  const method = route.method.toUpperCase()
  const request = requestOf(route, types)
  return {
    ...{ name, group: folder, method, path },
    params: [...path.matchAll(/:([\w.-]+)/g)].map(([, param = '']) => param),
    ...{ guard, ways },
    ...demandsOf(group, { guard, path }),
    request,
    response: route.response,
    middleware: middleware === undefined ? [] : middleware.split(',').map((each) => each.trim()),
    timeoutMs: timeout === undefined ? undefined : milliseconds(timeout),
    maxBytes: maxBytes === undefined ? undefined : Number(maxBytes),
    ...formOf(annotation, { method, path, request }),
    sse: annotation['sse'] === 'true',
    strict: annotation['strict'] === 'true',
    summary: summaryOf(route),
    place: placeOf(route),
    tags: wordsOf(annotation['tags'] ?? ''),
  }
}

function nameOf(route: ApiRoute): string {
  const { handler } = route
  const name = handlerName(handler)
  if (name === '')
    throw new ApiSpecError(`the handler '${handler}' has no letter and no digit`, placeOf(route))
  return name
}

/** What commas separate. */
function wordsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function placeOf({ handler, path }: ApiRoute): SpecPlace {
  return { handler, path }
}

/** Methods whose body may be a form, as in Go's `ParseForm`. */
const formMethods = new Set(['POST', 'PUT', 'PATCH'])

function formOf(
  annotation: Readonly<Record<string, string>>,
  { method, path, request }: Pick<RoutePlan, 'method' | 'path' | 'request'>,
): Pick<RoutePlan, 'form' | 'formIsBody'> {
  const { maxFiles, maxFileBytes, fileTypes, files, sse } = annotation
  for (const [key, value] of Object.entries({ maxFileBytes, fileTypes, files }))
    if (maxFiles === undefined && value !== undefined)
      throw new ApiSpecError(`${path}: '${key}' says what files may be: add 'maxFiles'`, {
        key,
        value,
      })
  if (files !== undefined && sse === 'true')
    throw new ApiSpecError(
      `${path}: 'files: stream' ends with the answer, and the events of 'sse' come after it`,
      { key: 'files', value: files },
    )
  const sources = new Set(request?.fields.map(({ source }) => source))
  if (maxFiles !== undefined && sources.has('json'))
    throw new ApiSpecError(
      `${path}: 'maxFiles' takes a form, and the 'json' members of ${request?.name ?? ''} are no part of one: tag them 'form'`,
      { key: 'maxFiles', value: maxFiles },
    )
  const isForm = formMethods.has(method) && (sources.has('form') || maxFiles !== undefined)
  if (!isForm) return { form: undefined, formIsBody: false }
  const form = {
    ...(maxFiles === undefined ? {} : { maxFiles: Number(maxFiles) }),
    ...(maxFileBytes === undefined ? {} : { maxFileBytes: Number(maxFileBytes) }),
    ...(fileTypes === undefined ? {} : { fileTypes: namesIn(fileTypes) }),
    ...(files === undefined ? {} : { stream: true as const }),
  }
  // Beside JSON members the body is JSON.
  return { form, formIsBody: !sources.has('json') }
}

function requestOf(route: ApiRoute, types: ReadonlyMap<string, TypePlan>): TypePlan | undefined {
  if (route.request === null) return undefined
  const name = route.request.raw.replace(/^\*/, '')
  const type = types.get(name)
  if (type === undefined)
    throw new ApiSpecError(`${route.path}: the request ${name} is no struct`, placeOf(route))
  return type
}

/** A spec may come from elsewhere than a check, so what cannot be asked for is refused here too. */
function demandsOf(
  group: RouteGroup,
  { guard, path }: Pick<RoutePlan, 'guard' | 'path'>,
): Pick<RoutePlan, 'scopes' | 'roles' | 'recentLogin' | 'optional'> {
  const optional = group.annotation?.['optional'] === 'true'
  const checked = (key: (typeof demandKeys)[number]) => {
    const value = group.annotation?.[key]
    if (value === undefined) return undefined
    if (guard === null)
      throw new ApiSpecError(`${path}: '${key}' asks for a token: add 'jwt: NAME'`, { key, value })
    const problem = valueProblem(key, value)
    if (problem !== undefined)
      throw new ApiSpecError(`${path}: '${key}' ${problem}`, { key, value })
    if (optional)
      throw new ApiSpecError(
        `${path}: '${key}' asks for a token, and 'optional' takes calls without one`,
        { key, value },
      )
    return value
  }
  const named = (key: 'scopes' | 'roles') => {
    const value = checked(key)
    return value === undefined ? [] : namesIn(value)
  }
  const age = checked('recentLogin')
  if (optional && guard === null)
    throw new ApiSpecError(`${path}: 'optional' needs a guard: add 'jwt: NAME'`, {
      key: 'optional',
      value: 'true',
    })
  return {
    ...{ scopes: named('scopes'), roles: named('roles'), optional },
    recentLogin: age === undefined ? undefined : milliseconds(age) / 1000,
  }
}

/** A group is a name in the handlers and in the client: words, and slashes between them. */
function folderOf(group: string): string {
  const parts = group.split('/').filter((part) => part !== '')
  for (const part of parts) {
    if (!/^[\w-]+$/.test(part))
      throw new ApiSpecError(`the group '${group}' cannot be a folder`, {
        key: 'group',
        value: group,
      })
  }
  return parts.map(kebabCase).join('/')
}

function summaryOf({ atDocText, atDocProps }: ApiRoute): string {
  return unquoted(atDocText) || (atDocProps?.['summary'] ?? atDocProps?.['description'] ?? '')
}

/** Two handlers must not have one name, neither in the object that a person fills in nor in the client. */
function refuseClashes(routes: readonly RoutePlan[]): void {
  const names = new Set<string>()
  const groups = new Set(routes.map(({ group }) => camelCase(group)))
  for (const { group, name, place } of routes) {
    const whole = group === '' ? name : `${camelCase(group)}.${name}`
    if (names.has(whole)) throw new ApiSpecError(`two handlers would be named '${whole}'`, place)
    names.add(whole)
    if (group === '' && groups.has(name))
      throw new ApiSpecError(`'${name}' is a handler and a group`, place)
  }
}

/** Two routes that a router cannot tell apart: one of them would answer for both, with its own guard. */
function refuseRepeats(routes: readonly RoutePlan[]): void {
  const known = new Set<string>()
  for (const { method, path, place } of routes) {
    const key = `${method} ${routedPath(path)}`
    if (known.has(key))
      throw new ApiSpecError(
        `two routes are ${method} ${path}: no router can tell them apart`,
        place,
      )
    known.add(key)
  }
}

/** The routes by the names of their groups in code; empty for routes without a group. */
export function groupRoutes(
  routes: readonly RoutePlan[],
): ReadonlyMap<string, readonly RoutePlan[]> {
  const groups = new Map<string, RoutePlan[]>()
  for (const route of routes) {
    const name = camelCase(route.group)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [route])
    else group.push(route)
  }
  return groups
}

/** What a docstring says of a route, in one line: its summary, and how it is called. */
export function routeText(route: RoutePlan): string {
  const { summary, method, path, guard } = route
  const where = waysText(route)
  const token = route.optional
    ? `, with or without a token${where}`
    : `, with a token${where}${demandText(route)}`
  const call = `${method} ${path}${guard === null ? '' : token}`
  return `${summary === '' ? '' : `${summary}: `}${call}`.replaceAll(/\s+/g, ' ')
}

/** Where a token goes, unless it is the header alone. */
function waysText({ ways }: RoutePlan): string {
  if (ways?.cookie === undefined) return ''
  return `${ways.bearer ? ' as Bearer or' : ''} in the cookie ${ways.cookie}`
}

function demandText({ scopes, roles, recentLogin }: RoutePlan): string {
  const parts = [
    ...(scopes.length === 0 ? [] : [`scopes ${scopes.join(', ')}`]),
    ...(roles.length === 0 ? [] : [`roles ${roles.join(', ')}`]),
    ...(recentLogin === undefined ? [] : [`a login of the last ${String(recentLogin)} s`]),
  ]
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`
}
