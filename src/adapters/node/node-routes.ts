import type { IncomingMessage, ServerResponse } from 'node:http'
import { AuthError } from '../../foundation/errors.js'
import { mostBodyBytes, type RouteBody } from '../../session-routes/body.js'
import type { RouteAnswer } from '../../session-routes/session-routes.js'
import { deliver, sendRefusal } from './node-call.js'

/**
 * The body of a request: what a parser of the framework has made of it, else its bytes.
 *
 * @throws AuthError BODY_TOO_LARGE; REQUEST_REFUSED when the caller goes away
 * @example await nodeBody(request, request.body)
 */
export function nodeBody(
  request: IncomingMessage,
  parsed: unknown,
): RouteBody | Promise<RouteBody> {
  if (parsed !== undefined && parsed !== null) return { parsed }
  // Another reader has already taken the bytes, and no more will come.
  if (request.readableEnded) return { bytes: Buffer.alloc(0) }
  return readBytes(request)
}

/** The rest of a body that is too large is let go, so that the caller reads the answer. */
function readBytes(request: IncomingMessage): Promise<RouteBody> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    const onData = (part: Buffer) => {
      length += part.length
      if (length <= mostBodyBytes) parts.push(part)
      else {
        request.off('data', onData).resume()
        reject(new AuthError('BODY_TOO_LARGE'))
      }
    }
    const onGone = () => {
      reject(new AuthError('REQUEST_REFUSED'))
    }
    request.once('end', () => {
      resolve({ bytes: Buffer.concat(parts) })
    })
    request.once('error', onGone).once('close', onGone).on('data', onData)
    if (request.destroyed) onGone()
  })
}

/**
 * Sends the answer of a route, and never throws. Headers set before, such as CORS headers and other cookies, stay.
 *
 * @example routes.answer(route, request).then((answer) => { sendAnswer(response, answer) }, next)
 */
export function sendAnswer(response: ServerResponse, answer: RouteAnswer): void {
  deliver({
    make: () => answer,
    send: (made) => {
      addCookies(response, answer)
      sendRefusal(response, made)
    },
    response,
  })
}

function addCookies(response: ServerResponse, { setCookie }: RouteAnswer): void {
  if (setCookie.length === 0 || response.headersSent) return
  const before = [response.getHeader('Set-Cookie') ?? []].flat().map(String)
  response.setHeader('Set-Cookie', [...before, ...setCookie])
}
