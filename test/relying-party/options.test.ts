import { describe, expect, test } from 'vitest'
import { createGate } from '../../src/gate/index.js'
import { createRelyingParty, memorySiteSessions } from '../../src/relying-party/index.js'
import { secret } from './visitor.js'

describe('the options of a relying party', () => {
  const good = {
    issuer: 'https://accounts.example',
    clientId: 'shop',
    clientSecret: secret,
    redirectUri: 'https://shop.example/auth/callback',
  }
  const wrong: Readonly<Record<string, readonly [object, RegExp]>> = {
    'an issuer over plain http': [{ issuer: 'http://accounts.example' }, /issuer: must be https/],
    'an issuer with a query': [{ issuer: 'https://a.example?b' }, /issuer: must have no query/],
    'a redirectUri over plain http': [
      { redirectUri: 'http://shop.example/c' },
      /redirectUri: must be https/,
    ],
    'a redirectUri with a fragment': [
      { redirectUri: 'https://shop.example/c#d' },
      /redirectUri: must have no/,
    ],
    'a scope without openid': [{ scope: 'profile' }, /scope: must be scopes/],
    'an algorithm with a shared secret': [
      { idTokenAlgorithms: ['HS256'] },
      /idTokenAlgorithms: names HMAC/,
    ],
    'no algorithm': [{ idTokenAlgorithms: ['none'] }, /idTokenAlgorithms/],
    'a short secret that would seal cookies': [
      { clientSecret: 'short' },
      /cookieSecret: is required/,
    ],
    'no secret at all': [{ clientSecret: undefined }, /clientSecret: is undefined/],
    'a method without its key': [
      { tokenEndpointAuthMethod: 'private_key_jwt' },
      /needs the option privateKey/,
    ],
    'cookies and a store': [
      { store: memorySiteSessions(), onTokens: () => undefined },
      /takes one of cookies, store and onTokens/,
    ],
    'a parameter that a login sets itself': [
      { authorizationParameters: { state: 'x' } },
      /authorizationParameters/,
    ],
    'a resource with a fragment': [{ resource: 'https://api.example#a' }, /resource/],
    'a way back to another site': [
      { postLogoutRedirectUri: 'https://other.example' },
      /postLogoutRedirectUri: must have the origin/,
    ],
    'a serverAddress with a path': [
      { serverAddress: 'https://a.example/b' },
      /serverAddress: must be an origin/,
    ],
    'a tolerance of more than five minutes': [{ clockTolerance: '6m' }, /clockTolerance/],
    'a misspelt option': [{ isuer: 'a' }, /did you mean "issuer"/],
  }
  test.each(Object.entries(wrong))(
    '%s is a ConfigError that names the option',
    (_, [more, message]) => {
      expect(() => createRelyingParty({ ...good, ...more })).toThrow(message)
    },
  )

  test('a gate for pages with a store or onTokens is a ConfigError, because it would find no token', () => {
    const gate = createGate({ verify: () => Promise.reject(new Error('never asked')) })
    for (const kept of [{ store: memorySiteSessions() }, { onTokens: () => undefined }])
      expect(() => createRelyingParty({ ...good, ...kept }).pages(gate)).toThrow(
        /session\(request\)/,
      )
  })

  test('the routes are beside the callback, whatever its name', () => {
    const { routes } = createRelyingParty({
      ...good,
      redirectUri: 'https://shop.example/oidc/back',
    })
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /oidc/login',
      'GET /oidc/back',
      'POST /oidc/refresh',
      'POST /oidc/logout',
    ])
  })
})
