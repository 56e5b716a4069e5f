import { docsPaths } from './docs/routes.js'
import { openPaths as userApi } from '../api/user/generated/guards.js'

/** Paths that need no access token: to get a token, to revoke it, and public documents. */
export const openPaths = [
  ...userApi,
  '/healthz',
  '/readyz',
  '/metrics',
  '/.well-known/jwks.json',
  '/user/login-options',
  ...docsPaths,
] as const

/** Prefixes of paths with a separate gate: see `openAdminGates`, and the pages of the console. */
export const openPrefixes = ['/admin', '/console'] as const
