import { expect } from 'vitest'
import { ask, cookiesOf, foreign, logIn, logInPage, page, reasonOf } from './caller.js'
import { type Behaviour } from './behaviour.js'
import { newName } from './world.js'

const changes = [
  'POST /login',
  'POST /refresh',
  'POST /logout',
  'POST /logout-all',
  'POST /sessions/end-others',
]

/** With cookies. */
export const cookieContract: readonly Behaviour[] = [
  {
    name: 'a login of an own page sets two cookies, and its body holds times and no token',
    run: async (site) => {
      const { answer } = await logInPage(site)
      const fields = answer.headers.getSetCookie()
      expect(fields.map((field) => field.split('=')[0])).toEqual([
        '__Host-access',
        '__Host-refresh',
      ])
      for (const field of fields) expect(field).toMatch(/; Secure; HttpOnly; SameSite=Strict$/)
      expect(Object.keys(answer.body ?? {}).sort()).toEqual([
        'accessExpire',
        'expiresIn',
        'refreshAfter',
      ])
    },
  },
  {
    name: 'a caller without a sign of a browser gets tokens by the same routes',
    run: async (site) => {
      const user = await logIn(site)
      const answer = await ask(site, 'POST /refresh', { body: { refreshToken: user.refreshToken } })
      expect([answer.body?.['refreshToken'], answer.headers.getSetCookie()]).toEqual([
        expect.any(String),
        [],
      ])
      expect(
        (await ask(site, 'POST /logout', { headers: user.bearer })).headers.getSetCookie(),
      ).toEqual([])
    },
  },
  {
    name: 'a page gets no token out of a refresh or a login, whatever it presents',
    run: async (site) => {
      const user = await logIn(site)
      const answer = await ask(site, 'POST /refresh', {
        body: { refreshToken: user.refreshToken },
        headers: page,
      })
      expect(reasonOf(answer)).toEqual([401, 'invalid_grant'])
      const { headers } = await logInPage(site)
      const { cookie } = headers
      const hidden = await ask(site, 'POST /refresh', {
        headers: { cookie, authorization: 'Bearer x' },
      })
      expect([reasonOf(hidden), hidden.text.includes('Token')]).toEqual([
        [403, 'origin_refused'],
        false,
      ])
    },
  },
  {
    name: 'a page refreshes and logs out by its cookies, without a body',
    run: async (site) => {
      const { headers, name } = await logInPage(site)
      const refreshed = await ask(site, 'POST /refresh', { headers })
      expect([refreshed.status, refreshed.headers.getSetCookie().length]).toEqual([200, 2])
      const later = { ...page, cookie: cookiesOf(refreshed) }
      expect((await ask(site, 'GET /me', { headers: later })).body).toMatchObject({
        subject: `of ${name}`,
      })
      for (let times = 0; times < 2; times++) {
        const answer = await ask(site, 'POST /logout', { headers: later })
        expect([answer.status, ...answer.headers.getSetCookie()]).toEqual([
          204,
          expect.stringMatching(/^__Host-access=; .*Max-Age=0/),
          expect.stringMatching(/^__Host-refresh=; .*Max-Age=0/),
        ])
      }
      expect((await ask(site, 'POST /refresh', { headers: later })).status).toBe(401)
    },
  },
  {
    name: 'a page without any cookie, or with an expired access token alone, logs out with 204',
    run: async (site) => {
      expect((await ask(site, 'POST /logout', { headers: page })).status).toBe(204)
      const { headers } = await logInPage(site)
      const [access] = headers.cookie.split('; ')
      site.world.clock.advance(1000)
      const answer = await ask(site, 'POST /logout', { headers: { ...page, cookie: access ?? '' } })
      expect([answer.status, answer.headers.getSetCookie().length]).toEqual([204, 2])
    },
  },
  {
    name: 'a page whose refresh cookie is gone logs out by its access token',
    run: async (site) => {
      const { headers } = await logInPage(site)
      const [access = '', refresh = ''] = headers.cookie.split('; ')
      expect(
        (await ask(site, 'POST /logout', { headers: { ...page, cookie: access } })).status,
      ).toBe(204)
      expect(
        (await ask(site, 'POST /refresh', { headers: { ...page, cookie: refresh } })).status,
      ).toBe(401)
    },
  },
  {
    name: 'a refused refresh clears no cookie',
    run: async (site) => {
      const answer = await ask(site, 'POST /refresh', {
        headers: { ...page, cookie: '__Host-refresh=dead' },
      })
      expect([...reasonOf(answer), answer.headers.getSetCookie()]).toEqual([
        401,
        'invalid_grant',
        [],
      ])
    },
  },
  {
    name: 'a page of another origin is refused by every route that changes something',
    run: async (site) => {
      const { headers } = await logInPage(site)
      const body = { username: newName(), password: 'right' }
      const [session] = await site.world.sessions.list('of nobody')
      expect(session).toBeUndefined()
      for (const route of [...changes, `DELETE /sessions/${'x'.repeat(22)}`]) {
        const sent = {
          headers: { ...foreign, cookie: headers.cookie },
          ...(route === 'POST /login' ? { body } : {}),
        }
        const answer = await ask(site, route, sent)
        expect([route, ...reasonOf(answer), answer.headers.getSetCookie()]).toEqual([
          route,
          403,
          'origin_refused',
          [],
        ])
      }
      expect((await ask(site, 'GET /me', { headers })).status).toBe(200)
      expect(await site.world.sessions.list(`of ${body.username}`)).toEqual([])
    },
  },
  {
    name: 'a login ends the session of the cookie that the page presents',
    run: async (site) => {
      const first = await logInPage(site)
      const [, refresh = ''] = first.headers.cookie.split('; ')
      const second = await logInPage(site, newName(), { cookie: refresh })
      expect((await ask(site, 'POST /refresh', { headers: first.headers })).status).toBe(401)
      expect((await ask(site, 'POST /refresh', { headers: second.headers })).status).toBe(200)
    },
  },
  {
    name: 'the cookies go when a page ends its own session or all, and stay when it ends another',
    run: async (site) => {
      const first = await logInPage(site)
      const second = await logInPage(site, first.name)
      const listed = await ask(site, 'GET /sessions', { headers: second.headers })
      const sessions = listed.body?.['sessions'] as { sid: string; current?: true }[]
      const sidOf = (own: boolean) =>
        sessions.find(({ current }) => (current === true) === own)?.sid ?? ''
      const other = await ask(site, `DELETE /sessions/${sidOf(false)}`, { headers: second.headers })
      expect([other.status, other.headers.getSetCookie().length]).toEqual([204, 0])
      const own = await ask(site, `DELETE /sessions/${sidOf(true)}`, { headers: second.headers })
      expect([own.status, own.headers.getSetCookie().length]).toEqual([204, 2])
      const third = await logInPage(site, first.name)
      const all = await ask(site, 'POST /logout-all', { headers: third.headers })
      expect([all.status, all.headers.getSetCookie().length]).toEqual([204, 2])
    },
  },
  {
    name: 'two cookies of one name are refused with 400, because a sibling host can plant one',
    run: async (site) => {
      const cookie = '__Host-refresh=a; __Host-refresh=b'
      for (const route of ['POST /login', 'POST /refresh', 'POST /logout'])
        expect(reasonOf(await ask(site, route, { headers: { ...page, cookie } }))).toEqual([
          400,
          'invalid_request',
        ])
    },
  },
]
