import type { FastifyRequest } from 'fastify'
import { AuthError, from, type VerifiedToken } from 'jotgate'
import { logoutBody, readBody } from '../bodies.js'
import type { Service } from '../service.js'

const bearer = from.bearer()

/**
 * Ends the session of the access token that was sent or, where that has expired or is not at hand, of the refresh
 * token in the body. Again is the same as once.
 *
 * @throws AuthError TOKEN_MISSING when there is neither; else why the one that was sent is refused
 */
export async function logout(service: Service, request: FastifyRequest): Promise<void> {
  const { refreshToken } = readBody(logoutBody, request.body)
  const token = await presentedToken(service, request, refreshToken !== undefined)
  if (token) {
    const { sid, sub: subject } = token.payload
    if (typeof sid !== 'string' || subject === undefined) throw new AuthError('CLAIM_MISSING')
    await service.issuer.end({ sid, subject })
    return
  }
  if (refreshToken === undefined) throw new AuthError('TOKEN_MISSING')
  await service.issuer.end(refreshToken)
}

/** The access token, revoked or not: who logs out twice is told twice that it is done. */
async function presentedToken(
  service: Service,
  request: FastifyRequest,
  mayHaveExpired: boolean,
): Promise<VerifiedToken | undefined> {
  const raw = bearer({
    kind: 'http',
    path: '/user/logout',
    header: (name) => request.raw.headersDistinct[name] ?? [],
    setHeader: () => undefined,
  })
  if (raw === undefined) return undefined
  try {
    return await service.verify(raw)
  } catch (error) {
    const isExpired = error instanceof AuthError && error.code === 'TOKEN_EXPIRED'
    if (isExpired && mayHaveExpired) return undefined
    throw error
  }
}
