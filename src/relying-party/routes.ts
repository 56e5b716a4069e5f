/** The routes of a site, by the methods of a relying party. */
export type RelyingPartyRoute = 'login' | 'callback' | 'refresh' | 'logout' | 'backchannelLogout'

/** Where a route is. */
export interface SiteRoute {
  readonly name: RelyingPartyRoute
  readonly method: 'GET' | 'POST'
  /** The whole path: `/auth/login`. */
  readonly path: string
}

/**
 * The routes beside a callback: the callback has the path of `redirectUri`, and the others are in its folder.
 *
 * @example routesOf('https://shop.example/auth/callback').map(({ path }) => path) // ['/auth/login', '/auth/callback', …]
 */
export function routesOf(redirectUri: string): readonly SiteRoute[] {
  const { pathname } = new URL(redirectUri)
  const folder = pathname.slice(0, pathname.lastIndexOf('/'))
  return Object.freeze([
    { name: 'login', method: 'GET', path: `${folder}/login` },
    { name: 'callback', method: 'GET', path: pathname },
    { name: 'refresh', method: 'POST', path: `${folder}/refresh` },
    { name: 'logout', method: 'POST', path: `${folder}/logout` },
    { name: 'backchannelLogout', method: 'POST', path: `${folder}/backchannel-logout` },
  ])
}
