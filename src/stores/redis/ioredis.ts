import type { DriverConnection, RedisDriver } from './port.js'

/** What is used of `Redis` and `Cluster` of ioredis 5 and 6, and of iovalkey, which has the same. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
  readonly isCluster: boolean
}

/** One server's client: what a Cluster of ioredis has one of for each node. */
interface IoredisNode extends IoredisClient {
  callBuffer(command: string, ...args: string[]): Promise<unknown>
  duplicate(options: object): IoredisNode
  connect(): Promise<void>
  disconnect(): void
  on(event: 'error' | 'end', listener: () => void): unknown
}

interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): IoredisNode[]
}

/** Never again connected, nothing sent twice, nothing kept for later. */
const oneLife = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  sentinelRetryStrategy: null,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  maxRetriesPerRequest: 0,
  commandTimeout: undefined,
  socketTimeout: undefined,
} as const

/** ioredis, by its client's shape. A Cluster finds the node by the keys that a command names. */
export function ioredisDriver(client: IoredisClient): RedisDriver {
  return {
    sharded: client.isCluster,
    send: (_, [command = '', ...args]) => client.call(command, ...args),
    primaries: () => Promise.resolve(nodesOf(client).map((node) => () => open(node))),
  }
}

function nodesOf(client: IoredisClient): readonly IoredisNode[] {
  // The member `isCluster` of ioredis tells its two classes apart; both have what is listed above.
  if (client.isCluster) return (client as IoredisCluster).nodes('master')
  return [client as IoredisNode]
}

async function open(node: IoredisNode): Promise<DriverConnection> {
  const own = node.duplicate(oneLife)
  // What goes wrong is told to whoever asked; without a listener ioredis prints it.
  own.on('error', () => undefined)
  await own.connect()
  return {
    send: ([command = '', ...args], bytes) =>
      bytes ? own.callBuffer(command, ...args) : own.call(command, ...args),
    destroy: () => {
      own.disconnect()
    },
    onClose: (listener) => {
      own.on('end', listener)
    },
  }
}
