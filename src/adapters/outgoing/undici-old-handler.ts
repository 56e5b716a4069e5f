import { type Dispatcher } from 'undici'

type Handler = Dispatcher.DispatchHandler
type Controller = Parameters<NonNullable<Handler['onResponseStart']>>[0]
type Headers = Parameters<NonNullable<Handler['onResponseStart']>>[2]

/** The handler of undici 6; undici 7 takes it from interceptors that were written for 6. */
export interface OldHandler {
  onConnect?(abort: (reason?: Error) => void, context?: unknown): void
  onUpgrade?(...upgrade: readonly unknown[]): void
  onBodySent?(...sent: readonly unknown[]): void
  onResponseStarted?(): void
  onHeaders?(status: number, headers: unknown, resume: () => void, text?: string): unknown
  onData?(chunk: Buffer): unknown
  onComplete?(trailers: unknown): void
  onError?(error: Error): void
}

/** What undici 7 gives to a handler in place of single functions, as far as it is used here. */
interface Flow {
  readonly abort: (reason?: Error) => void
  resume: () => void
  isPaused: boolean
}

/**
 * Whether a handler is undici 6's.
 *
 * @example if (isOldHandler(handler)) …
 */
export function isOldHandler(handler: object): handler is OldHandler {
  return !('onRequestStart' in handler) && 'onConnect' in handler
}

/**
 * An old handler in the form of undici 7. Headers and trailers are handed through as they are.
 *
 * @example const handler = toNewHandler(old)
 */
export function toNewHandler(old: OldHandler): Handler {
  return {
    onRequestStart: (controller, context) => {
      old.onConnect?.((reason) => {
        flowOf(controller).abort(reason)
      }, context)
    },
    onResponseStart: (...[controller, ...head]) => {
      const [status, headers, text] = head
      const flow = flowOf(controller)
      const resume = () => {
        flow.resume()
      }
      flow.isPaused = old.onHeaders?.(status, headers, resume, text) === false
    },
    onResponseData: (controller, chunk) => {
      flowOf(controller).isPaused = old.onData?.(chunk) === false
    },
    onResponseEnd: (_controller, trailers) => {
      old.onComplete?.(trailers)
    },
    onResponseError: (_controller, error) => {
      old.onError?.(error)
    },
  }
}

/**
 * A handler of {@link toNewHandler}'s form as undici 6 calls it.
 *
 * @example dispatch(options, toOldHandler(handler, old))
 */
export function toOldHandler(handler: Handler, old: OldHandler): OldHandler {
  let flow: Flow = { abort: () => undefined, resume: () => undefined, isPaused: false }
  const controller = () => flow as unknown as Controller // only the handlers above read it
  return {
    onConnect: (abort, context) => {
      flow = { abort, resume: () => undefined, isPaused: false }
      handler.onRequestStart?.(controller(), context)
    },
    onUpgrade: (...upgrade) => old.onUpgrade?.(...upgrade),
    onBodySent: (...sent) => old.onBodySent?.(...sent),
    onResponseStarted: () => old.onResponseStarted?.(),
    onHeaders: (...[status, headers, resume, text]) => {
      flow.resume = resume
      handler.onResponseStart?.(controller(), status, headers as Headers, text)
      return !flow.isPaused
    },
    onData: (chunk) => {
      handler.onResponseData?.(controller(), chunk)
      return !flow.isPaused
    },
    onComplete: (trailers) => {
      handler.onResponseEnd?.(controller(), trailers as Headers)
    },
    onError: (error) => {
      handler.onResponseError?.(controller(), error)
    },
  }
}

function flowOf(controller: Controller): Flow {
  return controller as unknown as Flow // made by toOldHandler, or null before there is a connection
}
