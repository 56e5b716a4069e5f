import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AuthError } from 'jotgate'
import { faultTable, RequestFault } from '../foundation/faults.js'
import '../observing/refusal.js'
import { OAuthFault } from './oauth-fault.js'

/** Headers of every answer that may contain a token (RFC 6749 section 5.1). */
export const secretive = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** Gives every refusal of these routes the form of RFC 6749 section 5.2; no input is repeated. */
export function answerOAuthErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
    const fault = toOAuthFault(error)
    request.refusal = codeOf(error) ?? fault.error
    if (fault.status >= 500)
      request.log.error({ err: causeOf(error), code: request.refusal }, 'cannot decide')
    return reply
      .code(fault.status)
      .headers({ ...secretive, ...fault.headers })
      .send({ error: fault.error, error_description: fault.message })
  })
}

function toOAuthFault(error: unknown): OAuthFault {
  if (error instanceof OAuthFault) return error
  if (error instanceof AuthError) return ofAuthError(error)
  if (error instanceof RequestFault) return ofRequestFault(error)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 415) {
    const description = 'the body must be application/x-www-form-urlencoded'
    return new OAuthFault('invalid_request', { description })
  }
  if (status === 413)
    return new OAuthFault('invalid_request', {
      status,
      description: faultTable.BODY_TOO_LARGE.message,
    })
  return new OAuthFault(status >= 400 && status < 500 ? 'invalid_request' : 'server_error')
}

/** A refused refresh is 400 here; the reason is not disclosed, except for a scope that is too wide. */
function ofAuthError(error: AuthError): OAuthFault {
  if (error.status === 503) {
    const headers = { 'retry-after': String(error.retryAfter ?? 1) }
    return new OAuthFault('temporarily_unavailable', { headers })
  }
  if (error.code === 'REFRESH_SCOPE') return new OAuthFault('invalid_scope')
  // The session is for an audience that its client may have no longer.
  const isGrant = error.reason === 'invalid_grant' || error.code === 'AUDIENCE_MISMATCH'
  return new OAuthFault(isGrant ? 'invalid_grant' : 'server_error')
}

/** A wrong host or too many attempts: faults unrelated to OAuth. */
function ofRequestFault(error: RequestFault): OAuthFault {
  const status: number = faultTable[error.code].status
  const waits = status === 429 || status === 503
  return new OAuthFault(waits ? 'temporarily_unavailable' : 'invalid_request', {
    ...{ status, description: error.message, headers: error.headers },
  })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AuthError || error instanceof RequestFault ? error.code : undefined
}

function causeOf(error: unknown): unknown {
  return error instanceof AuthError ? error.cause : error
}
