import type { IncomingMessage, ServerResponse } from 'node:http'

/** A node:http request listener. */
export type Listener<Q extends IncomingMessage> = (request: Q, response: ServerResponse) => unknown
