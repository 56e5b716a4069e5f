/** Paths that no token guards: how one gets a token, how one gives it back, and what anyone may read. */
export const openPaths = [
  '/user/login',
  '/user/refresh',
  '/user/logout',
  '/healthz',
  '/readyz',
  '/.well-known/jwks.json',
] as const
