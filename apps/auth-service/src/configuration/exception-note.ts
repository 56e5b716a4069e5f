import { shortSecretUntil } from 'jotgate/extend'
import type { Signing } from './configuration.js'

const noticeMs = 30 * 86_400_000

/**
 * Says from 30 days before that the service will no longer start with its weak secret; undefined before, and without one.
 *
 * @param now Unix time in milliseconds
 * @example exceptionNote(configuration.signing, Date.now())
 */
export function exceptionNote(signing: Signing, now: number): string | undefined {
  if (signing.kind !== 'secret') return undefined
  const until = shortSecretUntil(signing.current.read(), signing.accept)
  if (until === undefined || Date.parse(until) - now > noticeMs) return undefined
  return `auth.accessSecret: the exception short-secret ends on ${until}; this service does not start with it afterwards`
}
