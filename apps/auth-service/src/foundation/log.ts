import { destination, pino, type Logger } from 'pino'

/** The service's log, and how to flush its last lines before the process ends. */
export interface Log {
  readonly log: Logger
  flush(): void
}

/** Largest number of bytes waiting for a reader; further lines are dropped. */
const mostWaiting = 1_048_576

/**
 * The service's log: JSON lines on standard error. Callers never pass a header, body or query string; the redacted
 * paths below are a second safeguard. A stalled reader loses lines, and never blocks the service.
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
        // The reader is gone, or nothing was written yet; the error has no one to go to.
      }
    },
  }
}

/** Clients attach their input to errors: the password of a connection, the row of a user. */
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
