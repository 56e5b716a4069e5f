import { ConfigError } from '../../foundation/errors.js'

/**
 * Requires the option `address`: a Fetch request does not say where it comes from.
 *
 * @throws ConfigError
 */
export function checkAddress(address: unknown): void {
  if (typeof address === 'function') return
  throw new ConfigError(
    'sessionRoutes.address',
    "must be a function that returns the caller's address, because a Fetch request does not say where it comes from",
  )
}
