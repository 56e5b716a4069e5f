import { type IncomingMessage, ServerResponse } from 'node:http'
import { type Duplex } from 'node:stream'
import { type AuthContext } from '../../gate/context.js'
import { type Refusal } from '../../gate/respond.js'
import { type Gate } from '../../gate/gate.js'
import { nodeCall, refuse, sendRefusal } from './node-call.js'

/** A listener for `upgrade` of a node:http server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown

/**
 * A gate before a change of protocol, a WebSocket's (RFC 6455) most often: the listener runs only for requests that the
 * gate lets through; others are answered as any refused request, and the connection ends. The headers of this one
 * request count for every message after it: end the socket when `gate.watch` says so.
 *
 * Browsers can set no header here: take the token out of a cookie, by `extract` of `createCookieMode`, which refuses
 * pages of others.
 *
 * @example
 * server.on('upgrade', upgrade(gate)((request, socket, head) => {
 *   sockets.handleUpgrade(request, socket, head, (ws) => ws.once('close', gate.watch(() => ws.close(1008))))
 * }))
 */
export function upgrade<C>(gate: Gate<C>): (listener: UpgradeListener) => UpgradeListener {
  return (listener) => async (request, socket, head) => {
    // Node leaves the socket to whoever listens: without anybody, its error would end the process.
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

/** What is said with the answer to an upgrade is said by whoever changes the protocol. */
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
  response.assignSocket(request.socket)
  response.once('finish', () => {
    socket.end()
  })
  const send = (refusal: Refusal) => {
    sendRefusal(response, refusal)
  }
  refuse({ gate, error, response, send })
}
