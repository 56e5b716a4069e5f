import { expect } from 'vitest'
import { raw } from '../adapters/raw-http.js'
import { type Behaviour } from './behaviour.js'
import { ask, reasonOf } from './caller.js'

/** Bodies that are not what a login takes, with their content type and the status. */
const badBodies: readonly (readonly [string | undefined, string | undefined, number])[] = [
  [undefined, undefined, 400],
  ['', 'application/json', 400],
  ['{', 'application/json', 400],
  ['[]', 'application/json', 400],
  ['{}', 'application/json', 400],
  ['{"username":1,"password":"right"}', 'application/json', 400],
  ['{"username":{"$ne":null},"password":"right"}', 'application/json', 400],
  ['{"username":"","password":"right"}', 'application/json', 400],
  ['{"__proto__":{"username":"a"},"username":"a","password":"right"}', 'application/json', 400],
  ['{"constructor":{"prototype":{"username":"a"}}}', 'application/json', 400],
  ['username=a&password=right', 'application/x-www-form-urlencoded', 415],
  ['{"username":"a","password":"right"}', 'text/plain', 415],
]

/** Bodies that are not what a route takes. */
export const bodies: readonly Behaviour[] = [
  {
    name: 'a body that is missing, no JSON, of a wrong type or a wrong content type is 400 or 415',
    run: async (site) => {
      for (const [body, type, status] of badBodies) {
        const response = await fetch(`${site.base}/auth/login`, {
          method: 'POST',
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
          ...(body === undefined ? {} : { body: Buffer.from(body) }),
        })
        expect([body, response.status]).toEqual([body, status])
      }
    },
  },
  {
    name: 'refresh and logout of a wrong body are 400, or 401 where there is nothing to log out',
    run: async (site) => {
      for (const body of [
        undefined,
        {},
        { refreshToken: 1 },
        { refreshToken: ['a'] },
        { refreshToken: '' },
      ])
        expect(reasonOf(await ask(site, 'POST /refresh', { body }))).toEqual([
          400,
          'invalid_request',
        ])
      expect(reasonOf(await ask(site, 'POST /logout', { body: { refreshToken: 1 } }))).toEqual([
        400,
        'invalid_request',
      ])
      expect(reasonOf(await ask(site, 'POST /logout'))).toEqual([401, 'token_missing'])
    },
  },
  {
    name: 'a member that comes twice is 400',
    ownParser: true,
    run: async (site) => {
      const body = '{"username":"a","password":"no","password":"right"}'
      expect(reasonOf(await ask(site, 'POST /login', { body }))).toEqual([400, 'invalid_request'])
      expect(reasonOf(await ask(site, 'POST /login', { body: '{"username":"a\\ud800"' }))).toEqual([
        400,
        'invalid_request',
      ])
    },
  },
  {
    name: 'a body of more than 16 KiB is 413',
    run: async (site) => {
      const body = { username: 'a', password: 'x'.repeat(17_000) }
      expect((await ask(site, 'POST /login', { body })).status).toBe(413)
    },
  },
  {
    name: 'a body that is too large is answered before it has arrived',
    ownParser: true,
    run: async ({ base }) => {
      const fields = ['Content-Type: application/json', 'Content-Length: 1000000000']
      const { status } = await raw(base, ['POST /auth/login HTTP/1.1', ...fields], {
        body: `{"username":"${'x'.repeat(20_000)}`,
      })
      expect(status).toBe(413)
    },
  },
  {
    name: 'a compressed body is 415',
    ownParser: true,
    run: async (site) => {
      const headers = { 'content-encoding': 'gzip' }
      const answer = await ask(site, 'POST /login', { body: { username: 'a' }, headers })
      expect(answer.status).toBe(415)
    },
  },
]
