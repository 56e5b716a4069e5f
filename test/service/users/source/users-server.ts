import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A request that a {@link UsersServer} got. */
export interface SeenRequest {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: unknown
}

/** What a {@link UsersServer} answers to a request. */
export type Answering = (seen: SeenRequest, response: ServerResponse) => void

/** An HTTP server of another program that keeps users. */
export interface UsersServer {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  /** Replaces what it answers. */
  answer(next: Answering): void
  stop(): Promise<void>
}

/** @example const server = await startUsersServer(json(() => ({ user: null }))) */
export async function startUsersServer(first: Answering): Promise<UsersServer> {
  const state = { answering: first }
  const seen: SeenRequest[] = []
  const server: Server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method, url: path, headers } = request
      const one = { method, path, authorization: headers.authorization, body }
      seen.push(one)
      state.answering(one, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of TCP it is an object
  return {
    url: `http://127.0.0.1:${String(port)}`,
    seen,
    answer: (next) => {
      state.answering = next
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with JSON. */
export function json(make: (seen: SeenRequest) => unknown): Answering {
  return (seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(make(seen)))
  }
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // a stream of bytes
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
