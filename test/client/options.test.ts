import { describe, expect, test } from 'vitest'
import { forwarded, fromSession, jwtClient, selfSigned } from '../../src/client/index.js'
import { ConfigError } from '../../src/foundation/errors.js'

const source = { grant: () => Promise.resolve({ token: 'a' }) }
const origins = ['https://api.example']
const endpoint = 'https://auth.example/user/refresh'
const storage = { load: () => undefined, save: () => undefined }

/** Callers in plain JavaScript can pass anything. */
type Loose = (options: unknown) => unknown
const build = {
  jwtClient: jwtClient as Loose,
  fromSession: fromSession as Loose,
  selfSigned: selfSigned as Loose,
  forwarded: forwarded as Loose,
}

const refused: [keyof typeof build, string, unknown][] = [
  ['jwtClient', 'jwtClient.source', { origins }],
  ['jwtClient', 'jwtClient.source', { origins, source: {} }],
  ['jwtClient', 'jwtClient.origins', { source }],
  ['jwtClient', 'jwtClient.origins', { source, origins: [] }],
  ['jwtClient', 'jwtClient.origins', { source, origins: 'https://api.example' }],
  ['jwtClient', 'jwtClient.header', { source, origins, header: 'to ken' }],
  ['jwtClient', 'jwtClient.header', { source, origins, header: '' }],
  ['jwtClient', 'jwtClient.scheme', { source, origins, scheme: '' }],
  ['jwtClient', 'jwtClient.fetch', { source, origins, fetch: 'fetch' }],
  ['jwtClient', 'jwtClient.onStepUp', { source, origins, onStepUp: '/login' }],
  ['jwtClient', 'jwtClient.origin', { source, origins, origin: 'https://api.example' }],
  ['fromSession', 'fromSession.endpoint', {}],
  ['fromSession', 'fromSession.endpoint', { endpoint: 'http://auth.example/refresh' }],
  ['fromSession', 'fromSession.endpoint', { endpoint: '/user/refresh' }],
  ['fromSession', 'fromSession.grace', { endpoint, grace: '5m' }],
  ['fromSession', 'fromSession.grace', { endpoint, grace: 'soon' }],
  ['fromSession', 'fromSession.timeout', { endpoint, timeout: 0 }],
  ['fromSession', 'fromSession.storage', { endpoint, storage: {} }],
  ['fromSession', 'fromSession.storage', { endpoint, cookies: true, storage }],
  ['fromSession', 'fromSession.clientId', { endpoint, cookies: true, clientId: 'web' }],
  ['fromSession', 'fromSession.cookies', { endpoint, cookies: 'yes' }],
  ['fromSession', 'fromSession.tabs', { endpoint, tabs: true }],
  ['fromSession', 'fromSession.refreshUrl', { endpoint, refreshUrl: endpoint }],
  ['selfSigned', 'selfSigned.sign', {}],
  ['selfSigned', 'selfSigned.sign', { sign: 'key' }],
  ['selfSigned', 'selfSigned.cache', { sign: () => '', cache: 60 }],
  ['selfSigned', 'selfSigned.key', { sign: () => '', key: 'k' }],
  ['forwarded', 'forwarded.incoming', { audience: 'a' }],
  ['forwarded', 'forwarded.audience', { incoming: () => 'a' }],
  [
    'forwarded',
    'forwarded.audience.https://api.example',
    { incoming: () => 'a', audience: { 'https://api.example': 1 } },
  ],
  [
    'forwarded',
    'forwarded.audience.0',
    { incoming: () => 'a', audience: { 'http://api.example': 'a' } },
  ],
  ['jwtClient', 'jwtClient', undefined],
  ['fromSession', 'fromSession', null],
]

test.each(refused)('%s refuses, naming %s', (name, option, options) => {
  const error = failure(() => build[name](options))
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as ConfigError).option).toBe(option)
})

describe('origins', () => {
  test.each([
    'http://api.example',
    'http://10.0.0.1:8080',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'https://api.example/v1',
    'https://api.example/?a',
    'https://user:pass@api.example',
    'https:api.example',
    'wss://api.example',
    'file:///etc',
    'api.example',
    '*',
    'null',
    '',
  ])('%s is not a valid origin', (origin) => {
    const error = failure(() => jwtClient({ source, origins: ['https://a.example', origin] }))
    expect((error as ConfigError).option).toBe('jwtClient.origins.1')
    if (origin.length > 4) expect((error as ConfigError).message).not.toContain(origin)
  })

  test.each([
    ['https://API.example:443', 'https://api.example'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000/', 'http://[::1]:3000'],
    ['http://localhost', 'http://localhost'],
    ['http://app.localhost:1', 'http://app.localhost:1'],
  ])('%s is a valid origin', (origin, normal) => {
    expect([...jwtClient({ source, origins: [origin] }).origins]).toEqual([normal])
  })
})

test('what is handed out is frozen', () => {
  const client = jwtClient({ source, origins })
  const session = fromSession({ endpoint })
  for (const each of [client, session, selfSigned({ sign: () => Promise.resolve('') })])
    expect(Object.isFrozen(each)).toBe(true)
})

test('a signIn without tokens is refused, and changes nothing', async () => {
  const session = fromSession({ endpoint })
  for (const answer of [
    undefined,
    {},
    { accessToken: 'a' },
    { accessToken: '', refreshToken: 'r' },
  ])
    await expect(session.signIn(answer)).rejects.toThrow(TypeError)
  expect(await session.isSignedIn()).toBe(false)
})

function failure(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
