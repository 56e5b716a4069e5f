import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A balancer of TCP connections, each to the next process that takes one. */
export interface Balancer {
  readonly origin: string
  /** Gives a process no more connections; those it has go on. */
  remove(port: number): void
  add(port: number): void
  close(): Promise<void>
}

/** @example const balancer = await startBalancer([8081, 8082]) */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const upstreams = [...ports]
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    keep(client)
    const port = upstreams.shift()
    if (port === undefined) {
      client.destroy()
      return
    }
    upstreams.push(port)
    const upstream = connect(port, '127.0.0.1')
    keep(upstream)
    client.pipe(upstream)
    upstream.pipe(client)
    upstream.once('error', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    remove: (gone) => {
      upstreams.splice(0, upstreams.length, ...upstreams.filter((each) => each !== gone))
    },
    add: (come) => {
      upstreams.push(come)
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
