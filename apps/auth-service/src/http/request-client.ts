import type { FastifyRequest } from 'fastify'
import { readCredentials } from '../oauth/client-authentication.js'
import { firstParty } from '../oauth/first-party.js'
import { parseForm } from '../oauth/form.js'
import { OAuthFault } from '../oauth/oauth-fault.js'

/**
 * The id of the client that a request is about, once its body has been read: the one that a form or a login names, or the one of
 * the verified access token. Undefined where the request names none, and for a logout, which only takes a session away.
 *
 * @example clientOf(request) // 'first-party'
 */
export function clientOf(request: FastifyRequest): string | undefined {
  const { auth, routeOptions, body } = request
  if (auth) return textOf(auth.claims['client_id'])
  switch (routeOptions.url) {
    case '/user/login':
      return textOf(fieldOf(body, 'clientId')) ?? firstParty
    case '/user/refresh':
      return firstParty
    default:
      return typeof body === 'string' ? ofForm(request, body) : undefined
  }
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Undefined for a form that the endpoint refuses for how it is written. */
function ofForm({ raw }: FastifyRequest, body: string): string | undefined {
  const authorization = raw.headersDistinct['authorization'] ?? []
  try {
    return readCredentials({ form: parseForm(body), authorization }).id
  } catch (error) {
    if (error instanceof OAuthFault) return undefined
    throw error
  }
}
