import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'

/** Bytes of the client, or bytes of the server. */
export type Direction = 'toServer' | 'toClient'

/** What happens to a connection once so many bytes have gone in a direction since it was ordered. */
export interface Fault {
  readonly direction: Direction
  /** Bytes that still pass; 0 for none. */
  readonly after: number
  /**
   * `cut`: both ends see the connection end. `reset`: the same by RST, which most systems report as a fault. `stall`: nothing more passes in either
   * direction until `heal`, and nobody is told. `hang`: the same for every connection, those to come too.
   */
  readonly then: 'cut' | 'reset' | 'stall' | 'hang'
}

/** A TCP proxy on loopback that does harm at a given byte. */
export interface TcpProxy {
  readonly port: number
  /** How many bytes have gone each way, over all connections. */
  readonly passed: Readonly<Record<Direction, number>>
  /** Orders one fault, for whichever connection gets there first; true once it has happened. */
  readonly order: (fault: Fault) => { readonly happened: boolean }
  /** Forgets orders that have not happened, and lets stalled connections go on with what they held back. */
  readonly heal: () => void
  /** Has every piece of bytes take that many milliseconds longer, each way; 0: none. Their order stays. */
  readonly delay: (ms: number) => void
  /** Refuses, or takes again, new connections; those that are open stay. */
  readonly refuse: (refused: boolean) => void
  readonly stop: () => Promise<void>
}

interface Order extends Fault {
  left: number
  happened: boolean
}

interface Line {
  readonly client: Socket
  readonly server: Socket
  stalled: boolean
  closing: boolean
  held: { readonly to: Socket; readonly bytes: Buffer }[]
  /** Pieces that are delayed, and when the last of them is due. */
  readonly underWay: Record<Direction, number>
  readonly lastAt: Record<Direction, number>
}

/**
 * Starts a proxy before a server.
 *
 * @example
 * const proxy = await startTcpProxy({ port: 6379 })
 * proxy.order({ direction: 'toClient', after: 0, then: 'cut' }) // the next reply is lost, and what was asked is done
 */
export async function startTcpProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const lines = new Set<Line>()
  const passed = { toServer: 0, toClient: 0 }
  let orders: Order[] = []
  let refused = false
  let hung = false
  let delayMs = 0

  const passLater = (line: Line, direction: Direction, bytes: Buffer): void => {
    if (delayMs === 0 && line.underWay[direction] === 0) {
      pass(line, direction, bytes)
      return
    }
    line.underWay[direction]++
    const due = Math.max(Date.now() + delayMs, line.lastAt[direction])
    line.lastAt[direction] = due
    setTimeout(() => {
      line.underWay[direction]--
      pass(line, direction, bytes)
    }, due - Date.now())
  }

  const pass = (line: Line, direction: Direction, bytes: Buffer): void => {
    const to = direction === 'toServer' ? line.server : line.client
    if (to.writableEnded) return
    if (line.stalled || hung) {
      line.held.push({ to, bytes })
      return
    }
    const due = orders.find((order) => order.direction === direction && order.left < bytes.length)
    for (const order of orders) if (order.direction === direction) order.left -= bytes.length
    const sent = due === undefined ? bytes : bytes.subarray(0, due.left + bytes.length)
    passed[direction] += sent.length
    if (due === undefined) {
      to.write(sent)
      return
    }
    due.happened = true
    orders = orders.filter((order) => order !== due)
    if (sent.length > 0) to.write(sent)
    hung ||= due.then === 'hang'
    harm[due.then](line, { to, bytes: bytes.subarray(sent.length) })
  }

  const close = (line: Line): void => {
    lines.delete(line)
    line.client.destroySoon()
    line.server.destroySoon()
  }

  const server = createServer((client) => {
    if (refused) {
      client.resetAndDestroy()
      return
    }
    const line: Line = {
      client,
      server: connect(target.port, target.host),
      stalled: false,
      closing: false,
      held: [],
      underWay: { toServer: 0, toClient: 0 },
      lastAt: { toServer: 0, toClient: 0 },
    }
    lines.add(line)
    client.on('data', (bytes) => {
      passLater(line, 'toServer', bytes)
    })
    line.server.on('data', (bytes) => {
      passLater(line, 'toClient', bytes)
    })
    for (const socket of [client, line.server]) {
      socket.setNoDelay(true)
      // One end's fault is the other's end.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        // That an end is gone is on its way too, behind what was sent before.
        line.closing = true
        if (!line.stalled && !hung) close(line)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    // A TCP server that listens has an address with a port, never a pipe's name.
    port: (server.address() as AddressInfo).port,
    passed,
    order: (fault) => {
      const order = { ...fault, left: fault.after, happened: false }
      orders.push(order)
      return order
    },
    heal: () => {
      orders = []
      hung = false
      for (const line of lines) {
        line.stalled = false
        for (const { to, bytes } of line.held.splice(0)) if (!to.destroyed) to.write(bytes)
        if (line.closing) close(line)
      }
    },
    delay: (ms) => {
      delayMs = ms
    },
    refuse: (value) => {
      refused = value
    },
    stop: async () => {
      for (const { client, server: far } of lines) {
        client.destroy()
        far.destroy()
      }
      server.close()
      await once(server, 'close')
    },
  }
}

type Harm = (line: Line, rest: Line['held'][number]) => void

const stall: Harm = (line, rest) => {
  line.stalled = true
  line.held.push(rest)
}

const harm: Readonly<Record<Fault['then'], Harm>> = {
  // What was written before still goes out.
  cut: ({ client, server }) => {
    client.destroySoon()
    server.destroySoon()
  },
  reset: ({ client, server }) => {
    client.resetAndDestroy()
    server.resetAndDestroy()
  },
  stall,
  hang: stall,
}
