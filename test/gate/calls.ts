import { type Call } from '../../src/gate/index.js'

/** What a test says about a call; everything else is empty. */
export interface CallShape {
  readonly method?: string
  readonly operation?: string
  readonly pattern?: string
  /** Path, with a query or without. */
  readonly url?: string
  /** Header fields as sent; a name may come more than once. */
  readonly fields?: readonly (readonly [string, string])[]
}

/** A call without a transport, and the headers that were set for its answer. */
export function fakeCall(shape: CallShape = {}): Call & { readonly answer: Map<string, string> } {
  const { method = 'GET', operation, pattern, url = '/', fields = [] } = shape
  const [path = '/', query] = url.split('?')
  const answer = new Map<string, string>()
  return {
    kind: operation === undefined ? 'http' : 'rpc',
    method,
    operation,
    pattern,
    path,
    query,
    header: (name) =>
      fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value),
    setHeader: (name, value) => answer.set(name, value),
    answer,
  }
}
