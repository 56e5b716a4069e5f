import type { DriverConnection, RedisDriver } from './port.js'

/** The part of `createClient` of node-redis 4, 5 and 6 that is used; the program connects it. */
export interface NodeRedisClient {
  sendCommand(args: string[], options?: object): Promise<unknown>
  duplicate(overrides?: object): NodeRedisClient
  readonly options?: { readonly socket?: object }
}

/** The part of `createCluster` of node-redis 4, 5 and 6 that is used. */
export interface NodeRedisCluster {
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: object,
  ): Promise<unknown>
  readonly masters: readonly object[]
}

/** The part of `createSentinel` of node-redis 5 and 6 that is used. */
export interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean | undefined, args: string[], options?: object): Promise<unknown>
  getMasterNode(): unknown
}

/** Reply types by their first byte: maps (%) as lists, doubles (,) as text, as before RESP3. */
const asText = { typeMapping: { 37: Array, 44: String } }
/** Additionally texts ($) as bytes; node-redis 4 has an option for it. */
const asBytes = {
  returnBuffers: true,
  typeMapping: { ...asText.typeMapping, 36: Buffer },
}

/** The driver for node-redis, recognised by the client's shape. */
export function nodeRedisDriver(client: NodeRedisClient): RedisDriver {
  return {
    sharded: false,
    send: (_, args) => client.sendCommand([...args], asText),
    primaries: () => Promise.resolve([() => open(client)]),
  }
}

/** The driver for a Cluster of node-redis: reads go to primaries too. */
export function nodeRedisClusterDriver(cluster: NodeRedisCluster): RedisDriver {
  // Missing in the type above: its parameter is a node of the same client.
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

/**
 * The driver for Sentinel with node-redis. It has no public way to one server's client, so a copy of its own is used.
 */
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

/** Further members of a copied client; the types of node-redis have too many parameters to name here. */
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
  // It never reconnects, so a socket error is its end; without a listener it would end the process.
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
