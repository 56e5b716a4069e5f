/**
 * The target of a request. Routers cut their own path off `url`, and middleware may rewrite it; the router matches both
 * together.
 *
 * @example targetOf({ baseUrl: '/auth', url: '/login?a=1' }) // '/auth/login?a=1'
 */
export function targetOf({ baseUrl, url }: { baseUrl: string; url: string }): string {
  return baseUrl !== '' && (url === '/' || url.startsWith('/?'))
    ? baseUrl + url.slice(1)
    : baseUrl + url
}
