import { expect } from 'vitest'
import { forged, goodClaims, handmade, now, otherAlgorithm, selfSigned, token } from '../tokens.js'
import {
  ambiguous,
  call,
  callAs,
  callRaw,
  expectRefusal,
  expired,
  invalid,
  missing,
  type Behaviour,
} from './client.js'

const header = { alg: 'HS256', typ: 'JWT' }

const badTokens: Readonly<Record<string, () => string | Promise<string>>> = {
  'that is not a JWS': () => 'abc',
  'with two segments': async () => (await token()).split('.').slice(0, 2).join('.'),
  'with four segments': async () => `${await token()}.x`,
  'with one byte of the signature changed': async () => changed(await token(), 2),
  'with one byte of the claims changed': async () => changed(await token(), 1),
  'with one byte of the header changed': async () => changed(await token(), 0),
  'without a signature': async () => (await token()).replace(/[^.]*$/, ''),
  'signed by another key': () => forged(),
  'of an algorithm nobody configured': () => otherAlgorithm(),
  'of algorithm none': () => handmade({ alg: 'none' }, goodClaims()).replace(/[^.]*$/, ''),
  'that names None and is signed': () => handmade({ alg: 'None' }, goodClaims()),
  'that is not valid yet': () => token({ nbf: now() + 3600 }),
  'from the future': () => token({ iat: now() + 3600 }),
  'of another issuer': () => token({ iss: 'https://other.example' }),
  'for another audience': () => token({ aud: 'other' }),
  'without an issuer': () => handmade(header, { ...goodClaims(), iss: undefined }),
  'without an audience': () => handmade(header, { ...goodClaims(), aud: undefined }),
  'without an expiry': () => handmade(header, { ...goodClaims(), exp: undefined }),
  'whose expiry is text': () => handmade(header, { ...goodClaims(), exp: '9999999999' }),
  'of another kind': () => handmade({ ...header, typ: 'refresh+jwt' }, goodClaims()),
  'with a critical extension': () => handmade({ ...header, crit: ['x'], x: 1 }, goodClaims()),
  'that brings the key it is signed with': () => selfSigned(header),
  'longer than maxLength': () => handmade(header, { ...goodClaims(), pad: 'x'.repeat(9000) }),
  'that has been revoked': () => token({ jti: 'revoked' }),
}

/** What is decided about a token once it is found. */
export const decisions: readonly Behaviour[] = [
  ...Object.entries(badTokens).map(([name, make]) => ({
    name: `a token ${name} is 401 invalid_token`,
    run: async (base: string) => {
      expectRefusal(await callAs(await make(), base, '/me'), invalid)
    },
  })),
  {
    name: 'an expired token is 401 token_expired',
    run: async (base) => {
      expectRefusal(await callAs(await token({ exp: now() - 3600 }), base, '/me'), expired)
    },
  },
  {
    name: 'a bad signature, an unknown key and a revoked token look alike to the byte',
    run: async (base) => {
      const bodies = new Set<string>()
      for (const bad of [
        await forged(),
        await token({ jti: 'revoked' }),
        changed(await token(), 2),
      ]) {
        const { status, body, headers } = await callAs(bad, base, '/me')
        bodies.add(JSON.stringify([status, body, headers.get('www-authenticate')]))
      }
      expect([...bodies]).toHaveLength(1)
      expect([...bodies][0]).toContain('401')
    },
  },
  {
    name: 'a store that cannot answer is 503 with Retry-After, not a 401',
    run: async (base) => {
      const answer = await callAs(await token({ jti: 'store-is-down' }), base, '/me')
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.headers.get('www-authenticate')).toBeNull()
      expect(JSON.parse(answer.body)).toMatchObject({ reason: 'unavailable' })
      expect(answer.body).not.toContain('connection refused')
    },
  },
  {
    name: 'a valid token without the scopes is 403, naming the scopes that would be enough',
    run: async (base) => {
      const answer = await callAs(await token({ scope: 'orders:read' }), base, '/orders')
      expectRefusal(answer, {
        status: 403,
        reason: 'insufficient_scope',
        error: 'insufficient_scope',
      })
      expect(answer.headers.get('www-authenticate')).toMatch(/scope="orders:read orders:list"$/)
    },
  },
  {
    name: 'a token with the scopes is admitted',
    run: async (base) => {
      const scope = 'orders:list profile orders:read'
      const answer = await callAs(await token({ scope }), base, '/orders')
      expect(JSON.parse(answer.body)).toEqual({ subject: 'alice' })
    },
  },
  {
    name: 'an expired token without the scopes is 401, not 403',
    run: async (base) => {
      expectRefusal(await callAs(await token({ exp: now() - 3600 }), base, '/orders'), expired)
    },
  },
  {
    name: 'no token where scopes are required is 401, not 403',
    run: async (base) => {
      expectRefusal(await call(base, '/orders'), missing)
    },
  },
  {
    name: 'a scope that only contains the wanted one does not permit',
    run: async (base) => {
      const scope = 'orders:reader orders:listing'
      expect((await callAs(await token({ scope }), base, '/orders')).status).toBe(403)
    },
  },
  {
    name: 'an optional gate admits a call without a token, without a caller',
    run: async (base) => {
      expect(JSON.parse((await call(base, '/optional')).body)).toEqual({ subject: null })
    },
  },
  {
    name: 'an optional gate knows the caller of a call with a token',
    run: async (base) => {
      const answer = await callAs(await token({ sub: 'carol' }), base, '/optional')
      expect(JSON.parse(answer.body)).toEqual({ subject: 'carol' })
    },
  },
  {
    name: 'an optional gate refuses an invalid token',
    run: async (base) => {
      expectRefusal(await callAs(await forged(), base, '/optional'), invalid)
      expectRefusal(await callAs(await token({ exp: now() - 3600 }), base, '/optional'), expired)
    },
  },
  {
    name: 'an optional gate refuses two tokens',
    run: async (base) => {
      const authorization = `Bearer ${await token()}, Bearer ${await token()}`
      expectRefusal(await call(base, '/optional', { headers: { authorization } }), ambiguous)
    },
  },
  {
    name: 'an optional gate refuses a revoked token, and one whose revocation is unknown',
    run: async (base) => {
      expect((await callAs(await token({ jti: 'revoked' }), base, '/optional')).status).toBe(401)
      const unknown = await callAs(await token({ jti: 'store-is-down' }), base, '/optional')
      expect(unknown.status).toBe(503)
    },
  },
  {
    name: 'HEAD without a token is 401 with the challenge and no body',
    run: async (base) => {
      const answer = await call(base, '/me', { method: 'HEAD' })
      expect([answer.status, answer.body]).toEqual([401, ''])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"')
    },
  },
  {
    name: 'HEAD with a token is admitted',
    run: async (base) => {
      expect((await callAs(await token(), base, { path: '/me', method: 'HEAD' })).status).toBe(200)
      expect((await call(base, '/me', { method: 'HEAD' })).status).toBe(401)
    },
  },
  {
    name: 'OPTIONS that is not a preflight needs a token',
    run: async (base) => {
      expectRefusal(await call(base, '/me', { method: 'OPTIONS' }), missing)
    },
  },
  {
    name: 'a CORS preflight is admitted if the policy opens it, and nothing else from that origin',
    run: async (base) => {
      expect((await preflight(base, [])).status).toBe(204)
      const get = await call(base, '/me', { headers: { origin: 'https://site.example' } })
      expectRefusal(get, missing)
    },
  },
  ...['X-HTTP-Method-Override: POST', 'X-Method-Override: GET', 'Authorization: Bearer x'].map(
    (field) => ({
      name: `a preflight with ${field} is not a preflight`,
      run: async (base: string) => {
        expect((await preflight(base, [field])).status).toBe(401)
      },
    }),
  ),
  {
    name: 'headers of a preflight on another method change nothing',
    run: async (base) => {
      const fields = ['Origin: https://site.example', 'Access-Control-Request-Method: GET']
      expect((await callRaw(base, ['GET /me HTTP/1.1', ...fields])).status).toBe(401)
    },
  },
  {
    name: 'an unknown route is 401 first, like a known one, and 404 with a token',
    run: async (base) => {
      const [unknown, known] = [await call(base, '/nowhere'), await call(base, '/me')]
      expectRefusal(unknown, missing)
      expect(unknown.body).toBe(known.body)
      expect((await callAs(await token(), base, '/nowhere')).status).toBe(404)
    },
  },
  {
    name: 'the error body does not say which check failed',
    run: async (base) => {
      const { body, headers } = await callAs(await token({ aud: 'other' }), base, '/me')
      expect(body + (headers.get('www-authenticate') ?? '')).not.toMatch(/aud|AUDIENCE|MISMATCH/)
      expect(JSON.parse(body)).toMatchObject({ reason: 'token_invalid' })
    },
  },
]

function preflight(base: string, fields: readonly string[]) {
  return callRaw(base, [
    'OPTIONS /me HTTP/1.1',
    'Origin: https://site.example',
    'Access-Control-Request-Method: GET',
    'Access-Control-Request-Headers: authorization',
    ...fields,
  ])
}

/** Another letter in the middle of one segment; the last letter of a segment can be all unused bits. */
function changed(good: string, segment: number): string {
  const segments = good.split('.')
  const text = segments[segment] ?? ''
  const at = Math.floor(text.length / 2)
  segments[segment] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  return segments.join('.')
}
