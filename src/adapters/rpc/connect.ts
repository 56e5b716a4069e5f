import {
  ConnectError,
  Code,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect'
import { type Call } from '../../gate/call.js'
import { keepContext, type AuthContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { rpcRefusal, type RpcRefusal } from './rpc-refusal.js'
import { createEnding } from './ending.js'

const codes = {
  3: Code.InvalidArgument,
  5: Code.NotFound,
  7: Code.PermissionDenied,
  8: Code.ResourceExhausted,
  13: Code.Internal,
  14: Code.Unavailable,
  16: Code.Unauthenticated,
} as const satisfies Record<RpcRefusal['code'], Code>

/**
 * A gate as a Connect interceptor, for the Connect, gRPC and gRPC-Web protocols and calls of all four kinds: no handler
 * runs before the token has been checked.
 *
 * `select` sees the method, `/package.Service/Method`. `gate.current()` returns the context, also in generators that
 * produce a stream. A stream that outlives its token ends with `unauthenticated`.
 *
 * @example connectNodeAdapter({ routes, interceptors: [auth(gate)] })
 */
export function auth<C>(gate: Gate<C>): Interceptor {
  return (next) => async (request) => {
    let context: AuthContext<C> | undefined
    try {
      context = await gate.check(toCall(request))
    } catch (error) {
      throw toConnectError(gate, error)
    }
    return gate.enter(context, () =>
      request.stream && context ? watched({ gate, context, request, next }) : next(request),
    )
  }
}

interface Watched<C> {
  readonly gate: Gate<C>
  readonly context: AuthContext<C>
  readonly request: StreamRequest
  readonly next: Parameters<Interceptor>[0]
}

/** Both directions of a stream end when the watch says so, even while waiting. */
async function watched<C>({ gate, context, request, next }: Watched<C>) {
  const { until, each, end } = createEnding(keepContext())
  const stop = gate.watch((error) => {
    end(toConnectError(gate, error))
  }, context)
  try {
    const answer = await until(() => next({ ...request, message: each(request.message) }))
    if (answer.stream) return { ...answer, message: each(answer.message, stop) }
    stop()
    return answer
  } catch (error) {
    stop()
    throw error
  }
}

function toCall(request: UnaryRequest | StreamRequest): Call {
  const operation = `/${request.service.typeName}/${request.method.name}`
  return {
    kind: 'rpc',
    method: request.requestMethod,
    operation,
    path: operation,
    header: (name) => {
      const value = request.header.get(name)
      return value === null ? [] : [value]
    },
    // Headers are for caches: an application that makes GET answers cacheable in Connect decides about those itself.
    setHeader: () => undefined,
  }
}

function toConnectError<C>(gate: Gate<C>, error: unknown): ConnectError {
  const { code, details, trailers } = rpcRefusal(gate, error)
  return new ConnectError(details, codes[code], { ...trailers })
}
