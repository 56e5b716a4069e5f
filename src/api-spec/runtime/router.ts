/** What a router needs to know of a route. */
export interface Pattern {
  readonly method: string
  /** Segments that start with a colon are parameters. */
  readonly path: string
}

/** A route and the values of its parameters. */
export interface Found<R> {
  readonly route: R
  readonly params: Readonly<Record<string, string>>
}

interface Node<R> {
  readonly fixed: Map<string, Node<R>>
  any: Node<R> | undefined
  readonly routes: Map<string, { readonly route: R; readonly names: readonly string[] }>
}

/**
 * Finds a route by method and path; a fixed segment goes before a parameter.
 *
 * @example createRouter(routes)('GET', '/orders/7')?.params // { id: '7' }
 */
export function createRouter<R extends Pattern>(
  routes: readonly R[],
): (method: string, path: string) => Found<R> | undefined {
  const root = newNode<R>()
  for (const route of routes) {
    const names: string[] = []
    let node = root
    for (const segment of segmentsOf(route.path)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        node = node.any ??= newNode()
        continue
      }
      const next = node.fixed.get(segment) ?? newNode<R>()
      node.fixed.set(segment, next)
      node = next
    }
    node.routes.set(route.method, { route, names })
  }
  return (method, path) => search(root, { method, segments: segmentsOf(path), at: 0, values: [] })
}

interface Search {
  readonly method: string
  readonly segments: readonly string[]
  readonly at: number
  readonly values: readonly string[]
}

function search<R>(node: Node<R>, state: Search): Found<R> | undefined {
  const { method, segments, at, values } = state
  const segment = segments[at]
  if (segment === undefined) {
    const found = node.routes.get(method)
    if (found === undefined) return undefined
    const params = found.names.map((name, index) => [name, values[index] ?? ''] as const)
    return { route: found.route, params: Object.fromEntries(params) }
  }
  const fixed = node.fixed.get(segment)
  const first = fixed && search(fixed, { ...state, at: at + 1 })
  if (first !== undefined || node.any === undefined || segment === '') return first
  const value = decode(segment)
  return value === undefined
    ? undefined
    : search(node.any, { ...state, at: at + 1, values: [...values, value] })
}

function newNode<R>(): Node<R> {
  return { fixed: new Map(), any: undefined, routes: new Map() }
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1)
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
