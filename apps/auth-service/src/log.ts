import { destination, pino, type Logger } from 'pino'

/**
 * The service's log: JSON lines on standard error. No header, body or query string is ever handed to it; the paths
 * below are a second lock on the same door.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      redact: [
        'req.headers',
        'headers',
        'authorization',
        'password',
        'accessToken',
        'refreshToken',
      ],
    },
    destination({ fd: 2, sync: true }),
  )
}
