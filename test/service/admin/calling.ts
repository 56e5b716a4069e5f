import { readPair, type Pair } from '../pair.js'
import type { RunningService } from '../running-service.js'

/** Calls of a running service with a bearer token; answers and bodies as they come, of an export the answer alone. */
export function callerOf(service: () => RunningService) {
  const call = async (operation: string, token?: string, body?: unknown) => {
    const [method = '', path = ''] = operation.split(' ')
    const answer = await fetch(service().origin + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isLines = answer.headers.get('content-type')?.startsWith('application/jsonl') === true
    return { status: answer.status, headers: answer.headers, body: isLines ? {} : parse(text) }
  }
  const login = async (username: string, password: string) =>
    readPair((await call('POST /user/login', undefined, { username, password })).body)
  const profileStatus = async ({ accessToken }: Pair) =>
    (await call('GET /user/profile', accessToken)).status
  const refreshStatus = async ({ refreshToken }: Pair) =>
    (await call('POST /user/refresh', undefined, { refreshToken })).status
  return { call, login, profileStatus, refreshStatus }
}

function parse(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
