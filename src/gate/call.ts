/**
 * One incoming call over any transport: all that the gate may look at. Adapters create it.
 *
 * @example const call: Call = { kind: 'http', method: 'GET', path: '/user/profile', header: () => [], setHeader() {} }
 */
export interface Call {
  readonly kind: 'http' | 'rpc'
  /** HTTP method, upper case. */
  readonly method?: string | undefined
  /** RPC method, as `/package.Service/Method`. */
  readonly operation?: string | undefined
  /** The router's own pattern, when it is known before the handler runs: `/users/:id`. */
  readonly pattern?: string | undefined
  /** The path as it was sent, still encoded, without the query. */
  readonly path: string
  /** The query as it was sent, without the question mark. */
  readonly query?: string | undefined
  /** ALL values of a header field, in the order sent; `name` in lower case. Empty when the field is missing. */
  header(name: string): readonly string[]
  /** Sets a response header. */
  setHeader(name: string, value: string): void
}

/** Runs between a call and its handler: does its part, then calls `next`. */
export type Middleware = <R>(call: Call, next: () => R | Promise<R>) => Promise<R>
