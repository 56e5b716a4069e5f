import { ConfigError } from '../foundation/errors.js'

/** Where the routes are in hosts that mount nothing themselves. */
export const usualMount = '/auth'

/**
 * Checks where routes are mounted; returns the function that takes this off a path, or undefined when the path is not
 * below it.
 *
 * @throws ConfigError
 * @example readMount('/auth')('/auth/login') // '/login'
 */
export function readMount(mount: unknown = usualMount): (path: string) => string | undefined {
  if (typeof mount !== 'string' || !/^(?:\/[\w.~-]+)*\/?$/.test(mount))
    throw new ConfigError('sessionRoutes.path', 'must be a path such as "/auth"')
  const start = mount.replace(/\/$/, '')
  return (path) => (path.startsWith(`${start}/`) ? path.slice(start.length) : undefined)
}
