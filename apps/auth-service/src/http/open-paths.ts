import { docsPaths } from './docs/routes.js'
import { openPaths as userApi } from '../api/user/generated/guards.js'

/** Paths that no token guards: how one gets a token, how one gives it back, and what anyone may read. */
export const openPaths = [
  ...userApi,
  '/healthz',
  '/readyz',
  '/metrics',
  '/.well-known/jwks.json',
  ...docsPaths,
] as const

/** Prefixes of paths that have a gate of their own: see `openAdminGate`, and the pages of the console. */
export const openPrefixes = ['/admin', '/console'] as const
