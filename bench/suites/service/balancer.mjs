import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { serveParent } from './child.mjs'

// A balancer of TCP connections in a process of its own, each connection to the next port. It is sent the ports, and
// answers with its own.
serveParent(begin)

/** @param {readonly number[]} ports */
async function begin(ports) {
  let turn = 0
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({
      port: ports[turn++ % ports.length] ?? 0,
      host: '127.0.0.1',
      noDelay: true,
    })
    for (const [from, to] of /** @type {const} */ ([
      [client, upstream],
      [upstream, client],
    ])) {
      from.pipe(to)
      from.once('error', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
