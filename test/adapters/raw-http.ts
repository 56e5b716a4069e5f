import { connect } from 'node:net'

/** An answer read off the wire. */
export interface RawAnswer {
  readonly status: number
  /** Status line and headers, as text. */
  readonly head: string
  readonly body: string
}

/** What goes after the headers. */
export interface RawBody {
  /** Default: nothing. */
  readonly body?: string
  /** Ends the connection. */
  readonly givenUp?: AbortSignal | undefined
}

/**
 * Sends a request as written, for what HTTP clients refuse to send: two `Authorization` fields, odd paths.
 * `lines` are the request line and the headers; `Host` and `Connection: close` are added.
 */
export async function raw(
  base: string,
  lines: readonly string[],
  { body = '', givenUp }: RawBody = {},
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(base)
  const socket = connect(Number(port), hostname)
  const [first, ...rest] = lines
  const head = [first, `Host: ${host}`, 'Connection: close', ...rest]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.setTimeout(60_000, () => {
    socket.destroy(new Error('no answer within a minute'))
  })
  givenUp?.addEventListener('abort', () => {
    socket.destroy(new Error('no answer was to be expected any more'))
  })
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return parse(Buffer.concat(chunks).toString('latin1'))
}

/** Sends one GET for each token down one connection without waiting; the JSON bodies, in the order asked. */
export async function pipelined(
  base: string,
  path: string,
  tokens: readonly string[],
): Promise<readonly string[]> {
  const { hostname, port, host } = new URL(base)
  const socket = connect(Number(port), hostname)
  const request = (token: string, n: number) => [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    ...(n === tokens.length - 1 ? ['Connection: close'] : []),
  ]
  socket.write(tokens.map((token, n) => `${request(token, n).join('\r\n')}\r\n\r\n`).join(''))
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return (
    Buffer.concat(chunks)
      .toString('latin1')
      .match(/\{[^{}]*\}/g) ?? []
  )
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  return { status: Number(head.split(' ')[1]), head, body: text.slice(end + 4) }
}
