import { type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createParamDecorator,
  Inject,
  Module,
  type CallHandler,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type NestInterceptor,
  type OnModuleInit,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core'
import { Observable } from 'rxjs'
import { fromContext, type AuthContext } from '../../gate/context.js'
import { type Gate } from '../../gate/gate.js'
import { nestCall, type HeadersOf } from './nest-call.js'
import { marksOf } from './nest-marks.js'
import { refusalFilter, toException } from './nest-refusal.js'
import { guardUnknown } from './nest-unknown.js'
import { enterCall } from '../node/node-call.js'

export { Authorize, OptionalAuth, Public, Roles, Scopes } from './nest-marks.js'
export { type HeaderBag, type HeadersOf } from './nest-call.js'
export { acceptSocket, type OpenedSocket } from './nest-socket.js'
export { RefusedException } from './nest-refusal.js'
export { relyingPartyRoutes } from './nest-relying-party.js'
export { sessionRoutes, type SessionRoutesOptions } from './nest-routes.js'

const gateToken = 'jotgate:gate'

/** Options of {@link JotgateModule}. */
export interface JotgateOptions<C> {
  readonly gate: Gate<C>
  /** Finds the headers in RPC and WebSocket contexts that carry none. gRPC's metadata is found without it. */
  readonly headers?: HeadersOf
}

/** The caller's claims, or one of them; undefined without a token. */
export const CurrentUser = createParamDecorator((name: string | undefined) => {
  const claims = fromContext<Readonly<Record<string, unknown>>>()?.claims
  return name === undefined ? claims : claims?.[name]
})

/**
 * A gate for a whole Nest application: a global guard that requires a token for every handler, in HTTP, GraphQL, RPC
 * and WebSocket contexts, unless `@Public()` or the gate's `select` says otherwise. Over platform-express, unknown
 * paths require a token as well.
 *
 * `gate.current()` returns the context in handlers, pipes and the code they call. Microservices of a hybrid application
 * need `inheritAppConfig: true`.
 *
 * @example @Module({ imports: [JotgateModule.forRoot({ gate })], controllers: [UsersController] })
 */
export class JotgateModule implements OnModuleInit {
  readonly #gate: Gate<unknown>
  readonly #host: HttpAdapterHost

  constructor(gate: Gate<unknown>, host: HttpAdapterHost) {
    this.#gate = gate
    this.#host = host
  }

  static forRoot<C>(options: JotgateOptions<C>): DynamicModule {
    const { gate } = options
    const found: Found<C> = new WeakMap()
    return {
      module: JotgateModule,
      providers: [
        { provide: gateToken, useValue: gate },
        { provide: APP_GUARD, useValue: guard(options, found) },
        { provide: APP_INTERCEPTOR, useValue: interceptor(gate, found) },
        { provide: APP_FILTER, useValue: refusalFilter(gate) },
      ],
    }
  }

  onModuleInit(): void {
    guardUnknown(this.#gate, this.#host)
  }
}
// Does the decorators' work, for programs that are compiled without them.
Module({})(JotgateModule)
Inject(gateToken)(JotgateModule, undefined, 0)
Inject(HttpAdapterHost)(JotgateModule, undefined, 1)

type Found<C> = WeakMap<object, AuthContext<C>>

function guard<C>({ gate, headers }: JotgateOptions<C>, found: Found<C>): CanActivate {
  return {
    canActivate: async (context) => {
      const { isPublic, ...demand } = marksOf(context)
      if (isPublic) return true
      try {
        const admitted = await gate.check(nestCall(context, headers), demand)
        if (admitted) found.set(keyOf(context), admitted)
      } catch (error) {
        throw await toException(error, { gate, type: context.getType() })
      }
      return true
    },
  }
}

/** Guards cannot run code around a handler; interceptors can. */
function interceptor<C>(gate: Gate<C>, found: Found<C>): NestInterceptor {
  return {
    intercept: (context: ExecutionContext, handler: CallHandler<unknown>) =>
      new Observable<unknown>((subscriber) => {
        const http = context.getType() === 'http' ? context.switchToHttp() : undefined
        const emitters = http
          ? [http.getRequest<IncomingMessage>(), http.getResponse<ServerResponse>()]
          : []
        const next = () => handler.handle().subscribe(subscriber)
        const caller = found.get(keyOf(context))
        const demand = caller === undefined ? marksOf(context) : {}
        return enterCall({ gate, context: caller, demand, emitters, next })
      }),
  }
}

/** The object that a call's guard and interceptor share: the request, or else the list of arguments. */
function keyOf(context: ExecutionContext): object {
  return context.getType() === 'http'
    ? context.switchToHttp().getRequest<object>()
    : context.getArgs()
}
