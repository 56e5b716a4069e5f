export const host = '127.0.0.1'

/**
 * Listens on a free port of loopback, and answers with the port.
 *
 * @param {import('node:http').Server} server
 * @returns {Promise<number>}
 */
export function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
