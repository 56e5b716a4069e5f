/**
 * Generated routes in Fastify.
 */

import { Readable } from 'node:stream'
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { declaredPath } from '../../adapters/node/fastify-path.js'
import { auth } from '../../adapters/node/fastify.js'
import { AuthError } from '../../foundation/errors.js'
import { type VerifiedToken } from '../../token/token.js'
import { answerText, answerTo, eventsOf } from './answer.js'
import { type BodyRules, readBody } from './body.js'
import { boundaryOf, type FormBody, multipart, urlencoded } from './form-body.js'
import { type BodyFields, readJsonBody } from './json-body.js'
import { readPages, refuseForeignForm } from './own-form.js'
import { demandOf, type GatesOf, type Incoming, type Route } from './route.js'
import { mostFieldBytes, type OpenForm, withUploads } from './uploads.js'

/** What {@link registerRoutes} needs. `S` is the type of the services, `G` are the names of the guards. */
export interface FastifySetup<S, G extends string> {
  /** `createRoutes(handlers)` of the generated `routes.ts`. */
  readonly routes: readonly Route<S, G>[]
  /** The gate of each guard: `createGates(config)` of the generated `auth.ts`, or gates of your own. */
  readonly gates: GatesOf<G>
  /** What the handlers work with. */
  readonly services: S
  /** The application has registered one gate for everything; `openPaths` of the generated `guards.ts` are its exceptions. */
  readonly appGuards?: true
  /**
   * Origins whose pages may send forms, beside the service's own: other origins with a bearer token need none. Pages of other
   * sites may not where the call has a cookie.
   */
  readonly pages?: readonly string[]
  /** The application's own error handler answers AuthError, RequestError and HttpError. */
  readonly appAnswers?: true
}

/**
 * Adds every route, guarded routes behind the gate of their guard.
 *
 * @example registerRoutes(app, { routes: createRoutes(handlers), gates: createGates(config), services })
 */
export function registerRoutes<S, G extends string>(
  app: FastifyInstance,
  setup: FastifySetup<S, G>,
): void {
  const { gates, appGuards, appAnswers } = setup
  const pages = readPages(setup.pages)
  for (const [first, ...others] of withOneGuard(setup.routes)) {
    const { guard } = first
    void app.register((child, _options, done) => {
      takeOnlyJson(child)
      takeForms(child, first)
      if (guard !== null && (appGuards !== true || first.optional === true))
        void child.register(auth(demanding(gates[guard], first)))
      if (appAnswers !== true) answerErrors(child, gates)
      for (const route of [first, ...others])
        addRoute(child, route, { ...setup, refuse: refuser(route, pages) })
      done()
    })
  }
}

/** Routes that one hook can guard: all of one guard, but those with demands of their own, and those that stream files. */
function withOneGuard<S, G extends string>(
  routes: readonly Route<S, G>[],
): Iterable<readonly [Route<S, G>, ...Route<S, G>[]]> {
  const groups = new Map<unknown, [Route<S, G>, ...Route<S, G>[]]>()
  for (const route of routes) {
    const { guard, optional, form } = route
    const own = form?.stream === true ? route : route.authorize
    const key = own ?? (optional === true ? `${String(guard)}?` : guard)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [route])
    else group.push(route)
  }
  return groups.values()
}

type Gate = GatesOf<string>[string]

/** The same gate, asked for what a route demands besides: its context and its events stay its own. */
function demanding(gate: Gate, route: Pick<Route<never, string>, 'authorize' | 'optional'>): Gate {
  const demand = demandOf(route)
  if (demand === undefined) return gate
  const check: Gate['check'] = (call) => gate.check(call, demand)
  const enter: Gate['enter'] = (context, fn) => gate.enter(context, fn, demand)
  const admit = async <R>(call: Parameters<Gate>[0], next: () => R | Promise<R>): Promise<R> =>
    enter(await check(call), next)
  return Object.assign(admit, gate, { check, enter })
}

/**
 * Has a Fastify take bodies that are JSON and no others, and read them as one reader only can: in UTF-8, without a content
 * encoding, with each member once. {@link registerRoutes} does so for its routes; this is for others beside them.
 *
 * The error of a request is a RequestError, for 400, or an HttpError with 415.
 *
 * @example takeOnlyJson(app)
 */
export function takeOnlyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer) => {
      const fields = fieldsOf(request)
      return Promise.resolve(fields).then((each) => readJsonBody(body, each, rulesOf(request)))
    },
  )
}

/** In the `config` of a route: the rules for its body. */
const bodyRules = Symbol('body rules')

/** None for routes that are not from an `.api` file. */
function rulesOf({ routeOptions }: FastifyRequest): BodyRules {
  const rules = Reflect.get(routeOptions.config, bodyRules) as BodyRules | undefined // put there by addRoute
  return rules ?? {}
}

/** A form that Fastify's parser has read, as `request.body`. */
class SentForm {
  readonly form: FormBody

  constructor(form: FormBody) {
    this.form = form
  }
}

/** A form that is still arriving, as `request.body`. */
class SentStream {
  readonly stream: Readable
  readonly boundary: string

  constructor(stream: Readable, boundary: string) {
    this.stream = stream
    this.boundary = boundary
  }
}

/** Reads forms where a route has rules for them, and refuses them elsewhere like other content types. */
function takeForms(app: FastifyInstance, { form }: Pick<Route<never, string>, 'form'>): void {
  const isStreamed = form?.stream === true
  app.addContentTypeParser(
    isStreamed ? [urlencoded] : [urlencoded, multipart],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { form } = await readBody(body, fieldsOf(request), rulesOf(request))
      return form === undefined ? undefined : new SentForm(form)
    },
  )
  if (isStreamed)
    app.addContentTypeParser(multipart, (request: FastifyRequest, stream: Readable) =>
      Promise.resolve(fieldsOf(request)).then((fields) => {
        const boundary = boundaryOf(fields)
        return boundary === undefined ? undefined : new SentStream(stream, boundary)
      }),
    )
}

function fieldsOf({ headers }: FastifyRequest): BodyFields {
  return { type: headers['content-type'], encoding: headers['content-encoding'] }
}

/** The hook that refuses forms of foreign pages, before a body is read. */
function refuser(route: Pick<Route<never, string>, 'form'>, pages: ReadonlySet<string>) {
  return ({ method, raw }: FastifyRequest): Promise<void> => {
    const header = (name: string) => raw.headersDistinct[name] ?? []
    return Promise.resolve().then(() => {
      refuseForeignForm(route, { method, header }, pages)
    })
  }
}

function answerErrors(app: FastifyInstance, gates: GatesOf<string>): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = answerTo(error, gates)
    if (status === 500) request.log.error(error)
    return reply.code(status).headers(headers).send(body)
  })
}

function addRoute<S, G extends string>(
  app: FastifyInstance,
  route: Route<S, G>,
  setup: FastifySetup<S, G> & { readonly refuse: (request: FastifyRequest) => Promise<void> },
): void {
  // Fastify ends a parameter's name at a hyphen or a dot, so parameters go by number.
  const names: string[] = []
  const url = route.path.replace(
    /:([\w.-]+)/g,
    (_, name: string) => `:p${String(names.push(name) - 1)}`,
  )
  app.route({
    method: route.method,
    url,
    exposeHeadRoute: false,
    config: { [declaredPath]: route.path, [bodyRules]: route },
    ...(route.form === undefined ? {} : { onRequest: setup.refuse }),
    ...limitOf(route),
    handler: (request, reply) => answer(route, { request, reply, names, setup }),
  })
}

/** Bodies that are held in memory stay small where a form may be long. */
function limitOf({ maxBytes, form }: Pick<Route<never, string>, 'maxBytes' | 'form'>) {
  if (maxBytes === undefined) return {}
  return { bodyLimit: form?.stream === true ? Math.min(maxBytes, mostFieldBytes) : maxBytes }
}

interface Exchange<S, G extends string> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly names: readonly string[]
  readonly setup: FastifySetup<S, G>
}

async function answer<S, G extends string>(
  route: Route<S, G>,
  exchange: Exchange<S, G>,
): Promise<FastifyReply> {
  const reply = exchange.reply.header('cache-control', 'no-store')
  const result = await run(route, exchange)
  if (route.sse === true)
    return reply.type('text/event-stream').send(Readable.from(eventsOf(result, route)))
  if (result === undefined) return reply.code(204).send()
  return reply.type('application/json; charset=utf-8').send(answerText(result, route))
}

/** Longest form of a route without maxBytes: one mebibyte, as everywhere here. */
const defaultMaxBytes = 1_048_576

async function run<S, G extends string>(
  route: Route<S, G>,
  exchange: Exchange<S, G>,
): Promise<unknown> {
  const { request, reply } = exchange
  const { body } = request
  if (!(body instanceof SentStream)) {
    const form = body instanceof SentForm ? body.form : undefined
    return route.run(incoming(route, exchange, form && { form, files: form.files }))
  }
  const { form: rules = {}, maxBytes: limit = defaultMaxBytes } = route
  const { stream, boundary } = body
  const source = stream.iterator({ destroyOnReturn: false })
  const onUnread = () => {
    if (request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
  }
  return withUploads({ source, boundary, rules, limit, onUnread }, (open) =>
    route.run(incoming(route, exchange, open)),
  )
}

/** The form of a call: read, or still arriving. */
type Sent = Pick<OpenForm, 'form'> & Pick<Incoming<unknown>, 'files' | 'uploads'>

function incoming<S, G extends string>(
  { method, path, guard, optional }: Route<S, G>,
  { request, reply, names, setup }: Exchange<S, G>,
  sent: Sent | undefined,
): Incoming<S> {
  const { services, gates } = setup
  const { form, ...files } = sent ?? {}
  const query = new URL(request.url, 'http://localhost').searchParams
  const params = request.params as Readonly<Record<string, string>> // Fastify's shape for the parameters of a pattern
  const headers = (name: string) => request.raw.headersDistinct[name.toLowerCase()] ?? []
  const setHeader = (name: string, value: string) => {
    reply.header(name, value)
  }
  const left = new AbortController()
  // No further event tells of a caller who left while the gate decided.
  if (reply.raw.closed) left.abort()
  else
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) left.abort()
    })
  return {
    call: {
      ...{ method, path, services, headers, setHeader },
      address: addressOf(request),
      signal: left.signal,
    },
    parts: {
      json: form === undefined ? request.body : undefined,
      form: (name) => [...query.getAll(name), ...(form?.values(name) ?? [])],
      ...(form === undefined ? {} : { formNames: form.names }),
      path: (name) => {
        const value = params[`p${String(names.indexOf(name))}`]
        return value === undefined ? [] : [value]
      },
      header: headers,
    },
    ...files,
    token: guard === null ? undefined : tokenOf(gates[guard], optional),
  }
}

/** The token of the call; undefined where the route takes calls without one, and there is none. */
function tokenOf({ current }: Gate, optional: boolean | undefined): VerifiedToken | undefined {
  try {
    return current().token
  } catch (error) {
    if (optional === true && error instanceof AuthError && error.code === 'TOKEN_MISSING')
      return undefined
    throw error
  }
}

/** Fastify types it as text, but a socket that has gone has no address. */
function addressOf({ ip = '' }: { readonly ip?: string }): string {
  return ip
}
