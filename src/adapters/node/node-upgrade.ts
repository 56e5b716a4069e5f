import { type IncomingMessage, ServerResponse } from 'node:http'
import { type Duplex } from 'node:stream'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { nodeCall, refuse, sendRefusal } from './node-call.js'

/** A listener for `upgrade` of a node:http server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown

/**
 * A gate before a change of protocol, usually to a WebSocket (RFC 6455): the listener runs only for requests that the
 * gate admits. Others get the usual refusal, and the connection ends. The headers of this one request count for every
 * message after it: use `gate.watch` to close the socket when the token ends.
 *
 * Browsers cannot set headers here: read the token from a cookie with `extract` of `createCookieMode`, which refuses
 * foreign pages.
 *
 * @example
 * server.on('upgrade', upgrade(gate)((request, socket, head) => {
 *   sockets.handleUpgrade(request, socket, head, (ws) => ws.once('close', gate.watch(() => ws.close(1008))))
 * }))
 */
export function upgrade<C>(gate: Gate<C>): (listener: UpgradeListener) => UpgradeListener {
  return (listener) => async (request, socket, head) => {
    // Node leaves the socket to its listeners: without one, its error would end the process.
    socket.on('error', ignore)
    let context: AuthContext<C> | undefined
    try {
      const target = request.url ?? ''
      context = await gate.check(nodeCall({ request, response: noAnswer, target }))
    } catch (error) {
      hangUp(gate, { error, request, socket })
      return
    }
    if (socket.destroyed) return
    await gate.enter(context, async () => {
      await listener(request, socket, head)
    })
  }
}

/** The listener that changes the protocol sends the headers of the answer to an upgrade. */
const noAnswer = { setHeader: () => undefined }
const ignore = () => undefined

interface Refused {
  readonly error: unknown
  readonly request: IncomingMessage
  readonly socket: Duplex
}

function hangUp<C>(gate: Gate<C>, { error, request, socket }: Refused): void {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  try {
    response.assignSocket(request.socket)
  } catch {
    // The answer to a request before this one still has the socket. What is thrown here would end the process.
    socket.destroy()
    return
  }
  response.once('finish', () => {
    socket.end()
  })
  const send = (refusal: Refusal) => {
    sendRefusal(response, refusal)
  }
  refuse({ gate, error, response, send })
}
