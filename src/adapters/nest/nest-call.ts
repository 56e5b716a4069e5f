import { type IncomingMessage, type ServerResponse } from 'node:http'
import { type ExecutionContext } from '@nestjs/common'
import { processWide } from '../../foundation/process-wide.js'
import { type Call } from '../../gate/call.js'
import { isPattern } from '../../gate/pattern.js'
import { nodeCall, type NodeExchange } from '../node/node-call.js'

/** Header fields as an application stores them. */
export type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>

/** Finds the headers of a call whose transport carries none: TCP, Redis, a queue. */
export type HeadersOf = (context: ExecutionContext) => HeaderBag | undefined

/** Express' request as Nest passes it on. */
type Incoming = IncomingMessage & { originalUrl?: string; route?: { path?: unknown } }

/** The gateway and the guard may come from different copies of this package. */
const upgrades = processWide('nest-upgrades/1', () => new WeakMap<object, IncomingMessage>())
/** The answer to an upgrade has already been sent. */
const noAnswer = { setHeader: () => undefined }

/**
 * The call that opened a WebSocket; its headers count for every later message.
 *
 * @example await gate.check(upgradeCall(client, request))
 */
export function upgradeCall(client: object, request: IncomingMessage): Call {
  upgrades.set(client, request)
  return httpCall(request, noAnswer)
}

/**
 * A call in any of Nest's contexts. Over HTTP `select` sees the router's pattern if it has parameters, else the path;
 * in GraphQL, RPC and WebSocket contexts `/Class/handler`.
 *
 * @example await gate.check(nestCall(context, undefined))
 */
export function nestCall(context: ExecutionContext, headersOf: HeadersOf | undefined): Call {
  if (context.getType() === 'http') {
    const http = context.switchToHttp()
    return httpCall(http.getRequest<Incoming>(), http.getResponse<ServerResponse>())
  }
  const operation = `/${context.getClass().name}/${context.getHandler().name}`
  const bag = headersOf?.(context)
  const header = bag ? (name: string) => valuesIn(bag, name) : ownHeaders(context)
  return { kind: 'rpc', operation, path: operation, header, setHeader: () => undefined }
}

/**
 * A call over HTTP.
 *
 * @example await gate.check(httpCall(request, response))
 */
export function httpCall(request: Incoming, response: NodeExchange['response']): Call {
  const path = request.route?.path
  const pattern = typeof path === 'string' && isPattern(path) ? path : undefined
  return nodeCall({ request, response, target: request.originalUrl ?? request.url ?? '', pattern })
}

/** A context without headers has no token. */
function ownHeaders(context: ExecutionContext): Call['header'] {
  const request = context.getType<string>() === 'graphql' ? graphqlRequest(context) : undefined
  const upgrade = request ?? upgrades.get(context.switchToWs().getClient<object>())
  if (upgrade) return (name) => httpCall(upgrade, noAnswer).header(name)
  if (context.getType() !== 'rpc') return () => []
  const metadata: unknown = context.switchToRpc().getContext()
  return isMetadata(metadata) ? (name) => metadata.get(name).map(String) : () => []
}

/** GraphQL passes root, arguments, context and info; by Nest's convention the request is in the context. */
function graphqlRequest(context: ExecutionContext): IncomingMessage | undefined {
  const found = context.getArgByIndex<
    { req?: IncomingMessage; extra?: { request?: IncomingMessage } } | undefined
  >(2)
  return found?.req ?? found?.extra?.request
}

/** Recognises gRPC's metadata without importing its package. */
function isMetadata(value: unknown): value is { get(name: string): readonly unknown[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'get' in value && typeof value.get === 'function' && 'getMap' in value
}

function valuesIn(bag: HeaderBag, name: string): readonly string[] {
  return Object.entries(bag).flatMap(([field, value]) =>
    field.toLowerCase() === name && value !== undefined ? value : [],
  )
}
