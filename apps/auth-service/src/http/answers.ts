import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AuthError, type Gate } from 'jotgate'
import { HttpError, RequestError } from 'jotgate/api-spec/runtime'
import { faultTable, RequestFault, type FaultCode } from '../foundation/faults.js'
import '../observing/refusal.js'

/** Fastify's own refusals, by status, as rows of the fault table. */
const byStatus: Readonly<Record<number, FaultCode>> = {
  400: 'BODY_INVALID',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'CONTENT_TYPE',
}

/** Gives all refusals and faults one form: a problem document (RFC 9457), without stack and values. */
export function answerErrors<C>(app: FastifyInstance, gate: Gate<C>): void {
  const methods = collectMethods(app)
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof AuthError)) return answerFault(error, request, reply)
    request.refusal = error.code
    if (error.status === 503)
      request.log.error({ err: error.cause, code: error.code }, 'cannot decide')
    const { status, headers, body } = gate.respond(error)
    return reply.code(status).headers(headers).send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const allow = methodsOf(methods, path).join(', ')
    const fault =
      allow === ''
        ? new RequestFault('NOT_FOUND')
        : new RequestFault('METHOD_REFUSED', undefined, { allow })
    return answerFault(fault, request, reply)
  })
}

/** Answers every error except AuthError. Unexpected errors are logged; the caller sees no details. */
export function answerFault(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const fault = toFault(error)
  request.refusal = fault.code
  if (fault.code === 'INTERNAL') request.log.error({ err: error }, 'unexpected fault')
  const { status, reason, message: title } = faultTable[fault.code]
  return reply
    .code(status)
    .headers({
      ...fault.headers,
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    })
    .send(JSON.stringify({ type: 'about:blank', title, status, reason, detail: fault.message }))
}

/** Paths with the methods they support. The caller's path is only looked up, never read as a pattern. */
function collectMethods(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    for (const each of [method].flat()) known.add(each)
    methods.set(url, known)
  })
  return methods
}

/** The methods of every pattern that matches the path; a parameter is one non-empty segment. */
function methodsOf(
  methods: ReadonlyMap<string, ReadonlySet<string>>,
  path: string,
): readonly string[] {
  const segments = path.split('/')
  const fits = (pattern: string): boolean => {
    const wanted = pattern.split('/')
    return (
      wanted.length === segments.length &&
      wanted.every(
        (each, at) => each === segments[at] || (each.startsWith(':') && segments[at] !== ''),
      )
    )
  }
  const found = [...methods].flatMap(([pattern, each]) => (fits(pattern) ? [...each] : []))
  return [...new Set(found)]
}

function toFault(error: unknown): RequestFault {
  if (error instanceof RequestFault) return error
  if (error instanceof RequestError) return new RequestFault('BODY_INVALID', describe(error))
  const status = statusOf(error)
  const code = byStatus[status]
  if (code !== undefined) return new RequestFault(code)
  return new RequestFault(status >= 400 && status < 500 ? 'REQUEST_INVALID' : 'INTERNAL')
}

/** Of an error that Fastify or the reader of bodies has thrown. */
function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
}

/** Names of fields and the expected values, never the received ones. */
function describe({ problems }: RequestError): string {
  return problems.map(({ path, message }) => `${path || 'the body'}: ${message}`).join('; ')
}
