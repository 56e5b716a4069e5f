import { AuthError } from '../../foundation/errors.js'
import { type Gate } from '../../gate/gate.js'
import { createResponder } from '../../gate/respond.js'
import { type Claims } from '../../token/token.js'
import { HttpError, problemOf } from './http-error.js'
import { RequestError } from './schema/schema.js'
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
    body: body === undefined ? '' : JSON.stringify(body),
  }
}

/**
 * The texts of server-sent events, one JSON text an event.
 *
 * @param answers what the handler of an `sse` route returned: an `AsyncIterable`
 * @example Readable.from(eventsOf(result))
 */
export async function* eventsOf(answers: unknown): AsyncGenerator<string> {
  // The type of an `sse` handler says so.
  for await (const each of answers as AsyncIterable<unknown>)
    yield `data: ${JSON.stringify(each)}\n\n`
}
