import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Key, publicJwk } from '../../../src/key/index.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A real server on a free port of loopback that answers as it is told and counts. */
export interface JwksServer {
  readonly origin: string
  readonly url: string
  /** Paths asked for so far, and the headers of the last request. */
  readonly paths: string[]
  lastHeaders: IncomingMessage['headers']
  answer: Answer
  close(): Promise<void>
}

export async function startJwksServer(answer: Answer): Promise<JwksServer> {
  const server = createServer((request, response) => {
    site.paths.push(request.url ?? '')
    site.lastHeaders = request.headers
    site.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const site: JwksServer = {
    origin,
    url: `${origin}/jwks.json`,
    paths: [],
    lastHeaders: {},
    answer,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
  return site
}

/** Answers 200 with JSON. */
export function json(body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Answers with the public halves of keys. */
export function setOf(keys: readonly Key[], headers: Record<string, string> = {}): Answer {
  return json({ keys: keys.map(publicJwk) }, headers)
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end('{}')
  }
}
