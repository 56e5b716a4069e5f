import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AuthError } from 'jotgate'
import { loginBody, profileBody, readBody, refreshBody } from '../bodies.js'
import { RequestFault } from '../faults.js'
import type { Service } from '../service.js'
import { logout } from './logout.js'
import { demoSubject, type User } from '../users.js'

/** The client id of first-party sessions. */
const firstParty = 'first-party'

/** Scope of a first-party session. */
const fullScope = 'profile:read profile:write'

/**
 * The first-party API: log in, refresh, log out, and the profile behind them.
 */
export function userRoutes(app: FastifyInstance, service: Service): void {
  app.post('/user/login', async (request, reply) => {
    const { username, password } = readBody(loginBody, request.body)
    const isGone = () => request.raw.socket.destroyed
    const user = await checkCredentials(service, { username, password, isGone })
    const pair = await service.issuer.issue({
      subject: user.id,
      client: firstParty,
      scope: fullScope,
      audience: [service.configuration.audience],
      meta: { ...(user.id === demoSubject ? { demo: 'true' } : {}), ...userAgent(request) },
    })
    return reply.header('cache-control', 'no-store').send(pair)
  })

  app.post('/user/refresh', async (request, reply) => {
    const { refreshToken } = readBody(refreshBody, request.body)
    const pair = await service.issuer.refresh(refreshToken, { client: firstParty })
    return reply.header('cache-control', 'no-store').send(pair)
  })

  app.post('/user/logout', async (request, reply) => {
    await logout(service, request)
    return reply.code(204).header('cache-control', 'no-store').send()
  })

  app.get('/user/profile', async () => toProfile(await currentUser(service)))

  app.put('/user/profile', async (request) => {
    const change = readBody(profileBody, request.body)
    const { id } = await currentUser(service)
    const changed = await service.users.changeProfile(id, change)
    if (!changed) throw new AuthError('SUBJECT_REFUSED')
    return toProfile(changed)
  })
}

/** Unknown, wrong and disabled get one answer after the same work. */
async function checkCredentials(
  service: Service,
  login: { username: string; password: string; isGone: () => boolean },
): Promise<User> {
  const { username, password, isGone } = login
  const user = await service.users.byUsername(username)
  const fits = await service.passwords.check(password, user?.passwordHash, isGone)
  if (!user || !fits || user.disabled)
    throw new RequestFault('LOGIN_REFUSED', undefined, { 'www-authenticate': 'Bearer realm="api"' })
  return user
}

async function currentUser(service: Service): Promise<User> {
  const { token } = service.gate.current()
  const user = await service.users.byId(token.payload.sub ?? '')
  if (!user || user.disabled) throw new AuthError('SUBJECT_REFUSED')
  return user
}

function toProfile(user: User): Record<string, unknown> {
  const { id, username, displayName, email, roles } = user
  return { id, username, displayName, email, roles }
}

function userAgent(request: FastifyRequest): { userAgent?: string } {
  const given = request.headers['user-agent']
  return given === undefined ? {} : { userAgent: given.slice(0, 256) }
}
