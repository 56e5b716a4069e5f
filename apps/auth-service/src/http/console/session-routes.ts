import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AuthError, type CookieTokens } from 'jotgate'
import { readRequest } from 'jotgate/api-spec/runtime'
import { auth } from 'jotgate/fastify'
import type { Service } from '../service.js'
import type { Services } from '../../api/user/services.js'
import { firstParty } from '../../oauth/first-party.js'
import { type Call } from '../../api/user/generated/service.js'
import { confirm } from '../../api/user/confirm.js'
import { ConfirmReq, LoginReq } from '../../api/user/generated/types.js'
import { login } from '../../api/user/login.js'
import { recordLogout } from '../../api/user/logout.js'
import { placeOf, withPlace } from '../../events/place.js'
import { addressOf } from '../../foundation/address-of.js'

/**
 * Login, confirmation, refresh and logout of the console, with tokens in cookies that scripts cannot read, and only for pages of a
 * configured origin. The login is that of the first-party API, with the same limits.
 */
export function consoleSessionRoutes(app: FastifyInstance, service: Service): void {
  const { cookies, sessions, userApi } = service
  if (cookies === undefined) return
  const answer = (reply: FastifyReply, tokens: CookieTokens) => {
    const { setCookie, body } = cookies.set(tokens)
    return reply.header('set-cookie', [...setCookie]).send(body)
  }
  const end = (call: Call) => endOf(call, service)
  void app.register(async (own) => {
    await own.register(auth(cookies.gate()))

    own.post('/console/login', async (request, reply) => {
      const asked = readRequest(LoginReq, partsOf(request), { strict: true })
      const call = callOf(request, reply, userApi)
      const tokens = await login({ ...call, request: asked })
      await end(call)
      return answer(reply, tokens)
    })

    own.post('/console/refresh', async (request, reply) => {
      const presented = cookies.refreshToken(request.headers.cookie)
      if (presented === undefined) throw new AuthError('TOKEN_MISSING')
      const refreshed = withPlace(placeOf(callOf(request, reply, userApi)), () =>
        sessions.refresh(presented, { client: firstParty }),
      )
      return answer(reply, await refreshed)
    })

    void own.register((guarded) => confirmRoute(guarded, service, answer))

    own.post('/console/logout', async (request, reply) => {
      await end(callOf(request, reply, userApi))
      return reply
        .header('set-cookie', [...cookies.clear()])
        .code(204)
        .send()
    })
  })
}

/** Ends the session of the cookie; an invalid one has ended already. */
async function endOf(call: Call, { cookies, sessions }: Service): Promise<void> {
  const presented = cookies?.refreshToken(call.headers('cookie').join('; '))
  if (presented === undefined) return
  const ended = await sessions.end(presented).catch((error: unknown) => {
    if (!(error instanceof AuthError) || error.status !== 401) throw error
    return undefined
  })
  if (ended !== undefined) await recordLogout(call, ended)
}

async function confirmRoute(
  app: FastifyInstance,
  { consoleGate, userApi }: Service,
  answer: (reply: FastifyReply, tokens: CookieTokens) => FastifyReply,
): Promise<void> {
  if (consoleGate === undefined) return
  await app.register(auth(consoleGate))
  app.post('/console/confirm', async (request, reply) => {
    const asked = readRequest(ConfirmReq, partsOf(request), { strict: true })
    const { claims } = consoleGate.current()
    const call = { ...callOf(request, reply, userApi), claims, request: asked }
    return answer(reply, await confirm(call))
  })
}

function partsOf({ body }: FastifyRequest) {
  const none = () => []
  return { json: body, form: none, path: none, header: none }
}

function callOf(request: FastifyRequest, reply: FastifyReply, services: Services): Call {
  const left = new AbortController()
  reply.raw.once('close', () => {
    left.abort()
  })
  return {
    method: request.method,
    path: request.routeOptions.url ?? '',
    services,
    address: addressOf(request),
    signal: left.signal,
    headers: (name) => request.raw.headersDistinct[name.toLowerCase()] ?? [],
    setHeader: (name, value) => {
      reply.header(name, value)
    },
  }
}
