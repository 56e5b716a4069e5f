/**
 * The path of a route with the prefix of its group: one slash between segments, none at the end.
 *
 * @example wholePath('/v1', '/users/:id') // '/v1/users/:id'
 */
export function wholePath(prefix: string, path: string): string {
  const whole = `/${prefix}/${path}`.replaceAll(/\/+/g, '/')
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole
}

/**
 * A path as a router tells it from others: what its parameters are called does not matter.
 *
 * @example routedPath('/users/:id') // '/users/:'
 */
export function routedPath(path: string): string {
  return path.replace(/:[\w.-]+(?=\/|$)/g, ':')
}
