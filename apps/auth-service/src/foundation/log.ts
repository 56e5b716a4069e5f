import { destination, pino, type Logger } from 'pino'

/** The service's log, and how to get the last lines out before the process ends. */
export interface Log {
  readonly log: Logger
  flush(): void
}

/** Most bytes that wait for a reader; what comes on top of them is dropped. */
const mostWaiting = 1_048_576

/**
 * The service's log: JSON lines on standard error. No header, body or query string is ever handed to it; the paths
 * below are a second lock on the same door. A reader that has stalled loses lines, and holds nobody up.
 */
export function createLog(level: string, name = 'jotgate'): Log {
  const stream = destination({ fd: 2, sync: false, maxLength: mostWaiting })
  const redact = [
    'req.headers',
    'headers',
    'authorization',
    'password',
    'accessToken',
    'refreshToken',
  ]
  return {
    log: pino({ level, name, redact, serializers: { err: wordsOf } }, stream),
    flush: () => {
      try {
        stream.flushSync()
      } catch {
        // Nobody reads any more, or nothing was written yet; there is nobody left to tell.
      }
    },
  }
}

/** Clients hang what they were asked on their errors: the password of a connection, the row of a user. */
function wordsOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  const code: unknown = Reflect.get(error, 'code')
  const { name: type, message, stack, cause } = error
  return {
    ...{ type, message, stack },
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause instanceof Error ? { cause: wordsOf(cause) } : {}),
  }
}
