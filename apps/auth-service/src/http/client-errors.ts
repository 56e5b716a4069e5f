import type { Socket } from 'node:net'
import type { Logger } from 'pino'

const statusByCode: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Milliseconds in which a caller can read why its connection is closed. */
const lingering = 2000

/**
 * Answers input that is not an HTTP request. Only the error's code is logged: the error itself contains the raw bytes,
 * perhaps with an `Authorization` header. A caller that never closes its end does not keep the connection: it is closed soon
 * after the answer, read or not.
 */
export function answerClientErrors(log: Logger): (error: Error, socket: Socket) => void {
  return (error, socket) => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
    log.debug({ code }, 'not an HTTP request')
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = statusByCode[code] ?? '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    setTimeout(() => socket.destroy(), lingering).unref()
  }
}
