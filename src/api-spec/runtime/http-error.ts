import { brand, inherits, isBranded } from '../../foundation/brand.js'

/**
 * Thrown by a handler to answer with a status and a body, sent as JSON.
 *
 * @example throw new HttpError(404, problemOf(404, 'not_found'))
 */
export class HttpError extends Error {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    super(`HTTP ${String(status)}`)
    this.name = 'HttpError'
    this.status = status
    this.body = body
    brand(this, 'HttpError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === HttpError ? isBranded(given, 'HttpError/1') : inherits(given, this)
  }
}

/**
 * A problem document (RFC 9457). `reason` is for programs.
 *
 * @example problemOf(403, 'forbidden')
 */
export function problemOf(status: number, reason: string) {
  return { type: 'about:blank', title: reason.replaceAll('_', ' '), status, reason } as const
}

/**
 * What a handler does until a person has written it.
 *
 * @param handler its name, which the answer says
 * @throws HttpError 501
 * @example export const handlers: UserApi = { login: () => notImplemented('login') }
 */
export function notImplemented(handler: string): never {
  const body = { ...problemOf(501, 'not_implemented'), detail: `${handler} is not implemented` }
  throw new HttpError(501, body)
}
