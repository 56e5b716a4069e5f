/** The routes and where they are, below the place where an application mounts them. */
export const routePlaces = {
  login: { method: 'POST', path: '/login' },
  refresh: { method: 'POST', path: '/refresh' },
  logout: { method: 'POST', path: '/logout' },
  logoutAll: { method: 'POST', path: '/logout-all' },
  me: { method: 'GET', path: '/me' },
  sessions: { method: 'GET', path: '/sessions' },
  endSession: { method: 'DELETE', path: '/sessions/:sid' },
  endOthers: { method: 'POST', path: '/sessions/end-others' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string }>

/** A route of {@link routePlaces}. */
export type RouteName = keyof typeof routePlaces

/** The route that a request is for. */
export interface FoundRoute {
  readonly name: RouteName
  /** The session that the path names. */
  readonly sid?: string
}

/** Below it the last part is a `sid`. */
const parent = '/sessions/'

/**
 * The route for a method and a path below the mount, without the query; undefined when it is none of these. Paths are
 * compared letter by letter.
 *
 * @example findRoute('POST', '/login') // { name: 'login' }
 * @example findRoute('DELETE', '/sessions/abc') // { name: 'endSession', sid: 'abc' }
 */
export function findRoute(method: string | undefined, path: string): FoundRoute | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method
  if (wanted === 'DELETE' && path.startsWith(parent) && path.length > parent.length)
    return { name: 'endSession', sid: path.slice(parent.length) }
  for (const name of Object.keys(routePlaces) as RouteName[])
    // the table's own names
    if (routePlaces[name].method === wanted && routePlaces[name].path === path) return { name }
  return undefined
}
