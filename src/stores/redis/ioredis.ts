import type { DriverConnection, RedisDriver } from './port.js'

/** The part of `Redis` and `Cluster` of ioredis 5 and 6, and of iovalkey with the same API, that is used. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
  readonly isCluster: boolean
}

/** The client of one server: a Cluster of ioredis has one for each node. */
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

/** Never reconnects, never sends twice, never queues. */
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

/** The driver for ioredis, recognised by the client's shape. A Cluster finds the node by a command's keys. */
export function ioredisDriver(client: IoredisClient): RedisDriver {
  return {
    sharded: client.isCluster,
    send: (_, [command = '', ...args]) => client.call(command, ...args),
    primaries: () => Promise.resolve(nodesOf(client).map((node) => () => open(node))),
  }
}

function nodesOf(client: IoredisClient): readonly IoredisNode[] {
  // The member `isCluster` of ioredis distinguishes its two classes; both have the methods listed above.
  if (client.isCluster) return (client as IoredisCluster).nodes('master')
  return [client as IoredisNode]
}

async function open(node: IoredisNode): Promise<DriverConnection> {
  const own = node.duplicate(oneLife)
  // Errors reach the caller of a command; without a listener ioredis prints them.
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
