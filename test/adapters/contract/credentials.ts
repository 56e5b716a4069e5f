import { expect } from 'vitest'
import { token } from '../tokens.js'
import {
  ambiguous,
  call,
  callAs,
  callRaw,
  expectRefusal,
  invalid,
  missing,
  type Behaviour,
} from './client.js'

/** Where the token stands in the request, and in what form. */
export const credentials: readonly Behaviour[] = [
  {
    name: 'a call without a token is 401 token_missing with a challenge that names no error',
    run: async (base) => {
      expectRefusal(await call(base, '/me'), missing)
    },
  },
  {
    name: 'a refusal is an RFC 9457 problem and nothing more',
    run: async (base) => {
      const answer = await call(base, '/me')
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      const problem = JSON.parse(answer.body) as object
      expect(Object.keys(problem)).toEqual(['type', 'title', 'status', 'detail', 'reason'])
    },
  },
  {
    name: 'a refused call never reaches the handler',
    run: async (base) => {
      const before = await handlerCalls(base)
      expect((await call(base, '/me')).status).toBe(401)
      expect((await callAs('no.good.token', base, '/me')).status).toBe(401)
      expect(await handlerCalls(base)).toEqual(before)
    },
  },
  {
    name: 'a valid token reaches the handler, which knows the caller',
    run: async (base) => {
      const answer = await callAs(await token({ sub: 'bob' }), base, '/me')
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body)).toEqual({ subject: 'bob' })
    },
  },
  ...['bearer', 'BEARER', 'bEaReR'].map((scheme) => ({
    name: `the scheme may be written ${scheme}`,
    run: (base: string) => expectAccepted(base, async () => `${scheme} ${await token()}`),
  })),
  {
    name: 'several spaces between scheme and token are allowed by RFC 6750',
    run: (base) => expectAccepted(base, async () => `Bearer   ${await token()}`),
  },
  ...Object.entries({
    'a tab instead of a blank': async () => `Bearer\t${await token()}`,
    'a raw token without a scheme': () => token(),
    'another scheme': () => Promise.resolve('Basic YWxpY2U6c2VjcmV0'),
    'the scheme alone': () => Promise.resolve('Bearer'),
    'a word after the token': async () => `Bearer ${await token()} more`,
    'a scheme that only begins like Bearer': async () => `Bearerish ${await token()}`,
    'bytes that are not ASCII': async () => `Bearer ${await token()}\u00e9`,
  }).map(([name, value]) => ({
    name: `${name} is not a token`,
    run: async (base: string) => {
      expectRefusal(await call(base, '/me', { headers: { authorization: await value() } }), missing)
    },
  })),
  ...Object.entries({
    'two Authorization fields': async () => [await token(), await token()],
    'the same token in two fields': async () => Array<string>(2).fill(await token()),
    'a bad token before a good one': async () => ['bad', await token()],
    'a good token before a bad one': async () => [await token(), 'bad'],
  }).map(([name, tokens]) => ({
    name: `${name}: 400, whatever they hold`,
    run: async (base: string) => {
      const fields = (await tokens()).map((each) => `Authorization: Bearer ${each}`)
      const answer = await callRaw(base, ['GET /me HTTP/1.1', ...fields])
      expect(answer.status).toBe(400)
      expect(answer.head).toMatch(/www-authenticate: Bearer realm="api", error="invalid_request"/i)
    },
  })),
  {
    name: 'field names are compared without case when they are counted',
    run: async (base) => {
      const fields = [`AUTHORIZATION: Bearer ${await token()}`, `authorization: Bearer x`]
      expect((await callRaw(base, ['GET /me HTTP/1.1', ...fields])).status).toBe(400)
    },
  },
  {
    name: 'two tokens joined by a comma in one field: 400',
    run: async (base) => {
      const authorization = `Bearer ${await token()}, Bearer ${await token()}`
      expectRefusal(await call(base, '/me', { headers: { authorization } }), ambiguous)
    },
  },
  {
    name: 'a token in the header and one in the query: 400',
    run: async (base) => {
      const good = await token()
      expectRefusal(await callAs(good, base, '/me?access_token=other'), ambiguous)
    },
  },
  {
    name: 'a token in the query alone is not read',
    run: async (base) => {
      expectRefusal(await call(base, `/me?access_token=${await token()}`), missing)
    },
  },
  {
    name: 'a token in a cookie is not read unless the gate extracts cookies',
    run: async (base) => {
      const cookie = `token=${await token()}; access_token=${await token()}`
      expectRefusal(await call(base, '/me', { headers: { cookie } }), missing)
    },
  },
  {
    name: 'a query and a fragment-like query do not hide the token',
    run: async (base) => {
      expect((await callAs(await token(), base, '/me?a=1&b=%23')).status).toBe(200)
    },
  },
  {
    name: 'a folded Authorization header never reaches the handler',
    run: async (base) => {
      const field = `Authorization: Bearer\r\n ${await token()}`
      expect((await callRaw(base, ['GET /me HTTP/1.1', field])).status).toBe(400)
    },
  },
  {
    name: 'a NUL in the header never reaches the handler',
    run: async (base) => {
      const field = `Authorization: Bearer ${await token()}\0`
      expect((await callRaw(base, ['GET /me HTTP/1.1', field])).status).toBe(400)
    },
  },
  {
    name: 'quotes and angle brackets in a token do not reach the challenge',
    run: async (base) => {
      const answer = await callAs('"><script>.a\\"b.c', base, '/me')
      expectRefusal(answer, invalid)
      expect(answer.headers.get('www-authenticate')).not.toMatch(/<script|\\/)
    },
  },
]

async function expectAccepted(base: string, value: () => Promise<string>): Promise<void> {
  const answer = await call(base, '/me', { headers: { authorization: await value() } })
  expect(JSON.parse(answer.body)).toEqual({ subject: 'alice' })
}

async function handlerCalls(base: string): Promise<unknown> {
  return JSON.parse((await call(base, '/calls')).body) as unknown
}
