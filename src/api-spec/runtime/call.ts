import { type Claims } from '../../token/token.js'

/** What a handler and a middleware see of a call. `S` is the type of the services. */
export interface Call<S> {
  readonly method: string
  /** The path of the route, with its parameters as `:name`. */
  readonly path: string
  readonly services: S
  /** The address of the caller, as the server knows it; '' where it does not. */
  readonly address: string
  /** Aborted when the route's time is up, and when the caller has gone. */
  readonly signal: AbortSignal
  /** All values of a header field of the request. */
  readonly headers: (name: string) => readonly string[]
  /** Sets a header field of the answer. Until then it says cache-control: no-store. */
  readonly setHeader: (name: string, value: string) => void
}

/** A call with its request, read and checked. */
export interface RequestCall<S, Req> extends Call<S> {
  readonly request: Req
}

/** What a call of a route with `maxFiles` has besides. */
export interface Files {
  /** The files of the form, by the name of their field. */
  readonly files: (name: string) => readonly File[]
}

/** One file of a form, while it arrives. Read it once, and before the next one is asked for. */
export interface Upload extends AsyncIterable<Uint8Array> {
  /** The name of its field. */
  readonly field: string
  /** Its name and its content type, which are the caller's word. */
  readonly name: string
  readonly type: string
}

/** What a call of a route with `files: stream` has besides. */
export interface Uploads {
  /**
   * The files of the form in the order in which they are sent. It rejects when a file breaks the rules of the route, and when
   * the caller has gone: throw away what has been kept of its files.
   */
  readonly uploads: AsyncIterable<Upload>
}

/** A call of a guarded route. */
export interface GuardedCall<S, Req> extends RequestCall<S, Req> {
  /** The verified claims of the caller's token. */
  readonly claims: Claims
}

/** A call of a route that takes calls without a token too. */
export interface OptionalCall<S, Req> extends RequestCall<S, Req> {
  /** The verified claims of the caller's token; undefined when there is none. */
  readonly claims: Claims | undefined
}

/** Answers calls of an open route. Undefined is an answer without a body, 204. `More` is what the call has besides. */
export type Handler<S, Req, Res, More = unknown> = (
  call: RequestCall<S, Req> & More,
) => Res | Promise<Res>

/** Answers calls of a guarded route. */
export type GuardedHandler<S, Req, Res, More = unknown> = (
  call: GuardedCall<S, Req> & More,
) => Res | Promise<Res>

/** Answers calls with and without a token. */
export type OptionalHandler<S, Req, Res, More = unknown> = (
  call: OptionalCall<S, Req> & More,
) => Res | Promise<Res>

/** Runs before a handler, and calls `next` for the handler's answer. */
export type Middleware<S> = (
  call: Call<S> & { readonly claims?: Claims },
  next: () => Promise<unknown>,
) => Promise<unknown>
