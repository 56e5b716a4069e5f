import { type Middleware } from './call.js'

/**
 * Combines several middlewares into one, the first outermost: `chain(a, b)` runs a, then b, then the handler, and
 * returns through b and a. An empty chain only runs the handler.
 *
 * @example const both = chain(users, tenants)
 */
export function chain(...middlewares: readonly Middleware[]): Middleware {
  return async (call, next) => {
    const run = middlewares.reduceRight<() => ReturnType<typeof next>>(
      (inner, middleware) => () => middleware(call, inner),
      next,
    )
    return run()
  }
}
