import { connect } from 'node:net'

/** Sends one command over a bare socket to a Redis on 127.0.0.1; the raw answer in RESP2, as far as it came at once. */
export function redisCommand(port: number, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts = args.map((arg) => `$${String(Buffer.byteLength(arg))}\r\n${arg}\r\n`)
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`*${String(args.length)}\r\n${parts.join('')}`)
    })
    socket.setTimeout(30_000, () => {
      socket.destroy(new Error('Redis did not answer within 30 s'))
    })
    socket.once('error', reject)
    // Sentinel does that to everybody who is connected when a server gets another role.
    socket.once('close', () => {
      reject(new Error('Redis closed the connection without an answer'))
    })
    socket.once('data', (data) => {
      const answer = data.toString('latin1')
      socket.destroy()
      if (answer.startsWith('-')) reject(new Error(answer.trim()))
      else resolve(answer)
    })
  })
}
