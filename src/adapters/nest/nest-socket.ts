import { type IncomingMessage } from 'node:http'
import { AuthError } from '../../foundation/errors.js'
import { type AuthContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { upgradeCall } from './nest-call.js'

/** The socket that `handleConnection` of a gateway receives from the platform `ws`. */
export interface OpenedSocket {
  readonly client: {
    close(code: number, reason: string): void
    once(event: 'close', listener: () => void): unknown
  }
  readonly request: IncomingMessage
}

/**
 * Checks the caller who opens a WebSocket, by the headers of the upgrade request; they count for every later message
 * too. A refused socket is closed (1008, RFC 6455 section 7.4.1), and so is one that outlives its token.
 *
 * @example handleConnection(client, request) { return acceptSocket(gate, { client, request }) }
 */
export async function acceptSocket<C>(
  gate: Gate<C>,
  { client, request }: OpenedSocket,
): Promise<AuthContext<C> | undefined> {
  const hangUp = (error: unknown) => {
    client.close(1008, error instanceof AuthError ? error.reason : 'unavailable')
  }
  try {
    const context = await gate.check(upgradeCall(client, request))
    if (context) client.once('close', gate.watch(hangUp, context))
    return context
  } catch (error) {
    hangUp(error)
    return undefined
  }
}
