import { AuthError, from, type EndedSession, type VerifiedToken } from 'jotgate'
import { userOf } from '../../events/event.js'
import { placeOf } from '../../events/place.js'
import { type Call, type Handler } from './generated/service.js'
import { type LogoutReq } from './generated/types.js'

const bearer = from.bearer()

/**
 * POST /user/logout: ends the session of the access token that was sent or, where that has expired or is not at hand,
 * of the refresh token in the body. Again is the same as once.
 *
 * @throws AuthError TOKEN_MISSING when there is neither, FORBIDDEN for a token that another party uses; else why the one that was sent is refused
 */
export const logout: Handler<LogoutReq, void> = async (call) => {
  const { refreshToken } = call.request
  const { sessions } = call.services
  const token = await presentedToken(call, refreshToken !== undefined)
  if (token) {
    const { sid, sub: subject, act } = token.payload
    if (act !== undefined) throw new AuthError('FORBIDDEN')
    if (typeof sid !== 'string' || subject === undefined) throw new AuthError('CLAIM_MISSING')
    await recordLogout(call, await sessions.end({ sid, subject }))
    return
  }
  if (refreshToken === undefined) throw new AuthError('TOKEN_MISSING')
  await recordLogout(call, await sessions.end(refreshToken))
}

/** Records that a session was ended by its owner. Again is nothing: an old token would fill the log. */
export async function recordLogout(
  call: Call,
  { subject, sid, client, wasLive }: EndedSession,
): Promise<void> {
  if (!wasLive) return
  await call.services.events.record({
    ...{ kind: 'user.logout', result: 'done', client, sid },
    ...{ actor: userOf(subject), from: placeOf(call) },
  })
}

/** The access token, revoked or not: who logs out twice is told twice that it is done. */
async function presentedToken(
  { path, headers, setHeader, services }: Call,
  mayHaveExpired: boolean,
): Promise<VerifiedToken | undefined> {
  const raw = bearer({ kind: 'http', path, header: headers, setHeader })
  if (raw === undefined) return undefined
  try {
    return await services.verify(raw)
  } catch (error) {
    const isExpired = error instanceof AuthError && error.code === 'TOKEN_EXPIRED'
    if (isExpired && mayHaveExpired) return undefined
    throw error
  }
}
