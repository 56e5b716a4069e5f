import { AuthError } from '../../foundation/errors.js'
import { mostBodyBytes, type RouteBody } from '../../session-routes/body.js'
import type { RouteAnswer } from '../../session-routes/session-routes.js'
import { toResponse } from './web-call.js'

/**
 * The body of a request, as bytes.
 *
 * @throws AuthError BODY_TOO_LARGE
 * @example await webBody(request)
 */
export async function webBody({ body }: Pick<Request, 'body'>): Promise<RouteBody> {
  if (body === null) return { bytes: new Uint8Array() }
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > mostBodyBytes) {
      void reader.cancel().catch(() => undefined)
      throw new AuthError('BODY_TOO_LARGE')
    }
    parts.push(part.value)
  }
  return { bytes: joined(parts, length) }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/**
 * The response of a route, with each cookie in a field of its own.
 *
 * @example return webAnswer(await routes.answer(route, { call, body, address }), request)
 */
export function webAnswer(answer: RouteAnswer, request: Pick<Request, 'method'>): Response {
  const response = toResponse(answer, request)
  for (const cookie of answer.setCookie) response.headers.append('set-cookie', cookie)
  return response
}
