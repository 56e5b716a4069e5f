import { expect } from 'vitest'
import { type Behaviour } from './behaviour.js'
import { ask, logIn, reasonOf } from './caller.js'
import { newAddress, newName } from './world.js'

/** Logins without cookies. */
export const logins: readonly Behaviour[] = [
  {
    name: 'a login answers with tokens, and the session knows client, device and address',
    run: async (site) => {
      const address = newAddress()
      const name = newName()
      const headers = { 'x-test-address': address, 'user-agent': 'a phone' }
      const body = { username: name, password: 'right' }
      const { status, body: tokens } = await ask(site, 'POST /login', { body, headers })
      expect([status, Object.keys(tokens ?? {}).sort()]).toEqual([
        200,
        [
          'accessExpire',
          'accessToken',
          'expiresIn',
          'refreshAfter',
          'refreshToken',
          'scope',
          'sid',
          'tokenType',
        ],
      ])
      const [session] = await site.world.sessions.list(`of ${name}`)
      expect(session).toMatchObject({
        client: 'web',
        scope: 'read',
        meta: { userAgent: 'a phone', address },
      })
      expect(site.world.asked.at(-1)).toMatchObject({
        credentials: body,
        request: { address, userAgent: 'a phone' },
      })
    },
  },
  {
    name: 'wrong credentials are 401, and a subject without a right to a session looks the same',
    run: async (site) => {
      const wrong = await ask(site, 'POST /login', {
        body: { username: newName(), password: 'no' },
      })
      const disabled = await ask(site, 'POST /login', {
        body: { username: 'disabled', password: 'right' },
      })
      expect(reasonOf(wrong)).toEqual([401, 'invalid_grant'])
      expect([disabled.status, disabled.text]).toEqual([wrong.status, wrong.text])
      expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    },
  },
  {
    name: 'an error of the login function is 500 by the framework, and the event has it',
    run: async (site) => {
      for (const username of ['broken', 'nonsense']) {
        const response = await fetch(`${site.base}/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-test-address': newAddress() },
          body: JSON.stringify({ username, password: 'right' }),
        })
        await response.text()
        expect(response.status).toBe(500)
        const event = site.world.events.at(-1)
        expect(event).toEqual({ route: 'login', status: 500, fault: expect.any(Error) as unknown })
      }
    },
  },
  {
    name: 'a store that does not answer the login is 503',
    run: async (site) => {
      const answer = await ask(site, 'POST /login', {
        body: { username: 'no-store', password: 'right' },
      })
      expect(reasonOf(answer)).toEqual([503, 'unavailable'])
    },
  },
  {
    name: 'a login ends the session whose refresh token it presents, and no other',
    run: async (site) => {
      const first = await logIn(site)
      const other = await logIn(site, first.name)
      await logIn(site, first.name, { refreshToken: first.refreshToken })
      const answers = await Promise.all(
        [first, other].map((user) => ask(site, 'GET /me', { headers: user.bearer })),
      )
      expect(answers.map(reasonOf)).toEqual([
        [401, 'token_invalid'],
        [200, undefined],
      ])
    },
  },
  {
    name: 'a wrong login ends no session, whatever it presents',
    run: async (site) => {
      const user = await logIn(site)
      const body = { username: user.name, password: 'no', refreshToken: user.refreshToken }
      expect((await ask(site, 'POST /login', { body })).status).toBe(401)
      expect((await ask(site, 'GET /me', { headers: user.bearer })).status).toBe(200)
    },
  },
]
