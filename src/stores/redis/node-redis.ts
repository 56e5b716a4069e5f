import type { DriverConnection, RedisDriver } from './port.js'

/** What is used of `createClient` of node-redis 5 and 6; the program connects it. */
export interface NodeRedisClient {
  sendCommand(args: string[], options?: object): Promise<unknown>
  duplicate(overrides?: object): NodeRedisClient
  readonly options?: { readonly socket?: object }
}

/** What is used of `createCluster` of node-redis 5 and 6. */
export interface NodeRedisCluster {
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: object,
  ): Promise<unknown>
  readonly masters: readonly object[]
}

/** What is used of `createSentinel` of node-redis 5 and 6. */
export interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean | undefined, args: string[], options?: object): Promise<unknown>
  getMasterNode(): unknown
}

/** Parts of a reply by their first byte: maps (%) as lists, doubles (,) as text, as they were before RESP3. */
const asText = { typeMapping: { 37: Array, 44: String } }
/** Texts ($) as bytes besides. */
const asBytes = { typeMapping: { ...asText.typeMapping, 36: Buffer } }

/** A client of node-redis, by its shape. */
export function nodeRedisDriver(client: NodeRedisClient): RedisDriver {
  return {
    sharded: false,
    send: (_, args) => client.sendCommand([...args], asText),
    primaries: () => Promise.resolve([() => open(client)]),
  }
}

/** A Cluster of node-redis: reads go to primaries too. */
export function nodeRedisClusterDriver(cluster: NodeRedisCluster): RedisDriver {
  // Not in the type above: what it takes is a node of that very client.
  const ofNodes = cluster as NodeRedisCluster & {
    nodeClient(node: object): Promise<NodeRedisClient>
  }
  return {
    sharded: true,
    send: (key, args) => cluster.sendCommand(key, false, [...args], asText),
    primaries: () =>
      Promise.resolve(
        ofNodes.masters.map((node) => async () => open(await ofNodes.nodeClient(node))),
      ),
  }
}

/** Sentinel by node-redis. It has no public way to one server's client, so its own is borrowed for a copy. */
export function nodeRedisSentinelDriver(sentinel: NodeRedisSentinel): RedisDriver {
  const inner = sentinel as NodeRedisSentinel & {
    _execute<T>(isReadonly: boolean, work: (client: NodeRedisClient) => Promise<T>): Promise<T>
  }
  return {
    sharded: false,
    send: (_, args) => sentinel.sendCommand(false, [...args], asText),
    primaries: () => Promise.resolve([() => inner._execute(false, open)]),
  }
}

/** What a copy of a client has besides; the types of node-redis say it with too many parameters to name here. */
interface OwnClient extends NodeRedisClient {
  connect(): Promise<unknown>
  destroy(): void
  on(event: 'error' | 'end', listener: () => void): unknown
  readonly isOpen: boolean
}

async function open(client: NodeRedisClient): Promise<DriverConnection> {
  const own = client.duplicate({
    disableOfflineQueue: true,
    commandOptions: {},
    socket: { ...client.options?.socket, reconnectStrategy: false },
  }) as OwnClient // node-redis makes a copy of the same class
  const closing: (() => void)[] = []
  const onClose = () => {
    for (const listener of closing.splice(0)) listener()
  }
  // Not connected again, so an error of the socket is its end; without a listener it would end the process.
  own.on('error', onClose)
  own.on('end', onClose)
  await own.connect()
  return {
    send: (args, bytes) => own.sendCommand([...args], bytes ? asBytes : asText),
    destroy: () => {
      if (own.isOpen) own.destroy()
      onClose()
    },
    onClose: (listener) => {
      closing.push(listener)
    },
  }
}
