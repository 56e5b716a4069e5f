import {
  Metadata,
  ServerInterceptingCall,
  status,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js'
import { type Call } from '../../gate/call.js'
import { keepContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { finish, listenerOf, responderOf, type State } from './grpc-call.js'
import { rpcRefusal, type RpcRefusal } from './rpc-refusal.js'

/** The service that load balancers query: `select({ except: { prefix: healthService } })`. */
export const healthService = '/grpc.health.v1.Health'

/** The services that tools query for descriptions; open them only if everyone may read those. */
export const reflectionServices = Object.freeze([
  '/grpc.reflection.v1.ServerReflection',
  '/grpc.reflection.v1alpha.ServerReflection',
])

const codes = {
  3: status.INVALID_ARGUMENT,
  5: status.NOT_FOUND,
  7: status.PERMISSION_DENIED,
  8: status.RESOURCE_EXHAUSTED,
  13: status.INTERNAL,
  14: status.UNAVAILABLE,
  16: status.UNAUTHENTICATED,
} as const satisfies Record<RpcRefusal['code'], status>

/**
 * A gate as a grpc-js server interceptor, for calls of all four kinds: metadata is held back until the token has been
 * checked, so before that no handler runs and no message is read.
 *
 * `select` sees the method, `/package.Service/Method`. `gate.current()` returns the context, also in listeners on a
 * stream. A stream that outlives its token ends with UNAUTHENTICATED (16), and its handler sees `cancelled`.
 * Unregistered methods are UNIMPLEMENTED before any interceptor runs; node's HTTP/2 drops a second `authorization`
 * field before the gate could see it.
 *
 * @example new Server({ interceptors: [auth(gate)] })
 */
export function auth<C>(gate: Gate<C>): ServerInterceptor {
  return (method, call) => {
    const isStream = method.requestStream || method.responseStream
    const state: State = {
      isOver: false,
      stop: () => undefined,
      keep: (fn) => {
        fn()
      },
    }
    const end = (error: unknown) => {
      if (state.isOver) return
      finish(state)
      const { code, details, trailers } = rpcRefusal(gate, error)
      call.sendStatus({ code: codes[code], details, metadata: toMetadata(trailers) })
    }
    const onReceiveMetadata: ServerListener['onReceiveMetadata'] = (metadata, next) => {
      gate.check(toCall(method.path, metadata)).then((context) => {
        if (state.isOver) return
        gate.enter(context, () => {
          state.keep = keepContext() ?? state.keep
          if (isStream && context) state.stop = gate.watch(end, context)
          next(metadata)
        })
      }, end)
    }
    const listener = { ...listenerOf(state), onReceiveMetadata }
    return new ServerInterceptingCall(call, {
      ...responderOf(state),
      start: (next) => {
        next(listener)
      },
    })
  }
}

function toCall(path: string, metadata: Metadata): Call {
  return {
    kind: 'rpc',
    operation: path,
    path,
    header: (name) => metadata.get(name).map(String),
    // Headers are for caches, and nothing between client and server caches the answer to an RPC.
    setHeader: () => undefined,
  }
}

function toMetadata(trailers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return metadata
}
