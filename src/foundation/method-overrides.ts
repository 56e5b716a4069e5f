/**
 * Header fields, in lower case, that make some servers use another method than the one sent. A rule that opens a call
 * by its method does not trust it beside one of them.
 *
 * @example methodOverrides.some((name) => call.header(name).length > 0)
 */
export const methodOverrides: readonly string[] = Object.freeze([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
])

/** The part of a call that may say so. */
interface Overridable {
  /** As it was sent, without the question mark. */
  readonly query?: string | undefined
  header?(name: string): readonly string[]
}

/**
 * Whether code behind a gate may use another method than the one sent: beside one of those header fields, or `_method` in
 * the query, as Express' method-override, Koa's and Hono's read it. A `_method` in a form is not seen: the body has yet to
 * be read.
 *
 * @example mayReplaceMethod({ query: '_method=DELETE' }) // true
 */
export function mayReplaceMethod(call: Overridable): boolean {
  const { query = '' } = call
  return (
    methodOverrides.some((name) => (call.header?.(name).length ?? 0) > 0) ||
    (query !== '' && new URLSearchParams(query).has('_method'))
  )
}
