/** The address of Redis. */
export type RedisAddress = {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean
  readonly nodes: readonly RedisNode[]
} & (
  | { readonly kind: 'single'; readonly db: number }
  | { readonly kind: 'cluster' }
  | { readonly kind: 'sentinel'; readonly name: string; readonly db: number }
)

/** One server, or one sentinel. */
export interface RedisNode {
  readonly host: string
  readonly port: number
}

/** The forms of an address, for error messages. */
export const redisForms =
  'redis://[user:password@]host[:port][/db], redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/name; rediss… for TLS'

const shape =
  /^(rediss?)(\+cluster|\+sentinel)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^/?#@]+)(?:\/([^/?#]*))?$/

/**
 * Reads an address: `redis:` for one server, `redis+cluster:` for a cluster by some of its nodes, `redis+sentinel:` for
 * the primary that sentinels name. Returns undefined for an invalid one; see {@link redisForms}.
 *
 * @example readRedisAddress('redis+sentinel://a:26379,b:26379/mymaster')?.kind // 'sentinel'
 */
export function readRedisAddress(url: string): RedisAddress | undefined {
  const match = shape.exec(url)
  if (!match) return undefined
  const [, scheme, kind, username, password, hosts = '', path = ''] = match
  const nodes = hosts.split(',').map((host) => readNode(host, kind === '+sentinel' ? 26379 : 6379))
  if (!nodes.every((node) => node !== undefined)) return undefined
  const shared = {
    username: decode(username),
    password: decode(password),
    tls: scheme === 'rediss',
    nodes,
  }
  if (kind === '+cluster') return path === '' ? { ...shared, kind: 'cluster' } : undefined
  if (kind === '+sentinel')
    return path === '' ? undefined : { ...shared, kind: 'sentinel', name: path, db: 0 }
  const isOne = nodes.length === 1 && /^\d{0,4}$/.test(path)
  return isOne ? { ...shared, kind: 'single', db: Number(path) } : undefined
}

function readNode(text: string, usual: number): RedisNode | undefined {
  const match = /^(\[[\da-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text)
  const port = Number(match?.[2] ?? usual)
  const host = match?.[1]?.replace(/^\[|\]$/g, '')
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
