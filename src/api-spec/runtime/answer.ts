import { AuthError } from '../../foundation/errors.js'
import { type Gate } from '../../gate/gate.js'
import { createResponder } from '../../gate/respond.js'
import { toJson, writeJson } from '../../token/json/write-json.js'
import { type Claims } from '../../token/token.js'
import { HttpError, problemOf } from './http-error.js'
import { type Reader, RequestError } from './schema/schema.js'
import { isError } from '../../foundation/realms.js'

/** An answer to a call that went wrong. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const respond = createResponder({ render: 'problem', realm: 'api' })

/**
 * The answer to what a route rejected with: a problem document (RFC 9457), or what a handler's HttpError says. A refusal
 * looks like the refusals of the gates. 500 is a fault of the service: log it.
 *
 * @example const { status, headers, body } = answerTo(error, gates)
 */
export function answerTo(
  error: unknown,
  gates: Readonly<Record<string, Gate<Claims>>>,
): ErrorAnswer {
  if (error instanceof AuthError) {
    const [gate] = Object.values(gates)
    return gate === undefined ? respond(error) : gate.respond(error)
  }
  if (error instanceof HttpError) return answer(error.status, error.body)
  if (error instanceof RequestError)
    return answer(400, { ...problemOf(400, 'invalid_request'), problems: error.problems })
  // What the server itself refuses, such as a body that is too long or no JSON: never its message, which may quote.
  const status = isError(error) && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500
    ? answer(status, problemOf(status, 'invalid_request'))
    : answer(500, problemOf(500, 'internal'))
}

function answer(status: number, body: unknown): ErrorAnswer {
  const isProblem = typeof body === 'object' && body !== null && 'type' in body && 'title' in body
  const type = isProblem ? 'application/problem+json' : 'application/json; charset=utf-8'
  return {
    status,
    headers: { 'content-type': type, 'cache-control': 'no-store' },
    body: body === undefined ? '' : toJson(body),
  }
}

/** How a route answers. */
export interface AnswerRules {
  /** The type of an answer with 64-bit numbers in it, which are sent with all their digits. */
  readonly answer?: Reader
}

/**
 * The JSON text of an answer. Integers that are a `bigint` are sent with all their digits.
 *
 * @param answer what `run` of the route returned
 * @throws TypeError for what JSON cannot represent, and for a 64-bit number that its type does not hold
 * @example new Response(answerText(result, route))
 */
export function answerText(answer: unknown, { answer: type }: AnswerRules = {}): string {
  if (type?.turn === undefined) return toJson(answer)
  return writeJson(type.turn(answer, { at: '', way: 'out' }))
}

/**
 * The texts of server-sent events, one JSON text an event.
 *
 * @param answers what the handler of an `sse` route returned: an `AsyncIterable`
 * @example Readable.from(eventsOf(result, route))
 */
export async function* eventsOf(answers: unknown, rules: AnswerRules = {}): AsyncGenerator<string> {
  // The type of an `sse` handler says so.
  for await (const each of answers as AsyncIterable<unknown>)
    yield `data: ${answerText(each, rules)}\n\n`
}
