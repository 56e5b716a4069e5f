import { expect } from 'vitest'
import { type Behaviour } from './behaviour.js'
import { bodies } from './bodies.js'
import { ask, logIn, reasonOf } from './caller.js'
import { logins } from './logins.js'
import { newName } from './world.js'

const tokens: readonly Behaviour[] = [
  {
    name: 'a refresh rotates the tokens, and a wrong one is 401 invalid_grant',
    run: async (site) => {
      const { refreshToken } = await logIn(site)
      const answer = await ask(site, 'POST /refresh', { body: { refreshToken } })
      expect([answer.status, answer.body?.['refreshToken'] === refreshToken]).toEqual([200, false])
      const wrong = await ask(site, 'POST /refresh', { body: { refreshToken: 'no-token' } })
      expect(reasonOf(wrong)).toEqual([401, 'invalid_grant'])
    },
  },
  {
    name: 'a logout by the refresh token ends the session, and twice is 204 too',
    run: async (site) => {
      const { refreshToken, bearer } = await logIn(site)
      for (let times = 0; times < 2; times++) {
        const answer = await ask(site, 'POST /logout', { body: { refreshToken } })
        expect([answer.status, answer.text, answer.headers.get('content-length')]).toEqual([
          204,
          '',
          null,
        ])
      }
      expect((await ask(site, 'GET /me', { headers: bearer })).status).toBe(401)
      expect((await ask(site, 'POST /refresh', { body: { refreshToken } })).status).toBe(401)
    },
  },
  {
    name: 'a logout by the access token ends the session, and twice is 204 too',
    run: async (site) => {
      const { refreshToken, bearer } = await logIn(site)
      for (let times = 0; times < 2; times++)
        expect((await ask(site, 'POST /logout', { headers: bearer })).status).toBe(204)
      expect((await ask(site, 'POST /refresh', { body: { refreshToken } })).status).toBe(401)
    },
  },
  {
    name: 'a logout with an expired access token needs the refresh token, and gets 204 with it',
    run: async (site) => {
      const { refreshToken, bearer } = await logIn(site)
      site.world.clock.advance(1000)
      expect(reasonOf(await ask(site, 'POST /logout', { headers: bearer }))).toEqual([
        401,
        'token_expired',
      ])
      const answer = await ask(site, 'POST /logout', { headers: bearer, body: { refreshToken } })
      expect(answer.status).toBe(204)
      expect((await ask(site, 'POST /refresh', { body: { refreshToken } })).status).toBe(401)
    },
  },
  {
    name: 'the refresh token of another client is refused by a logout, and its session goes on',
    run: async (site) => {
      const { sessions } = site.world
      const app = await sessions.issue({ subject: newName(), client: 'app' })
      const answer = await ask(site, 'POST /logout', { body: { refreshToken: app.refreshToken } })
      expect(reasonOf(answer)).toEqual([401, 'invalid_grant'])
      await expect(sessions.refresh(app.refreshToken, { client: 'app' })).resolves.toBeDefined()
    },
  },
]

const others: readonly Behaviour[] = [
  {
    name: 'who am I answers with subject, session and claims, and needs a token',
    run: async (site) => {
      const { name, sid, bearer } = await logIn(site)
      const answer = await ask(site, 'GET /me', { headers: bearer })
      expect(answer.body).toMatchObject({
        subject: `of ${name}`,
        sid,
        claims: { roles: ['member'], scope: 'read' },
      })
      expect(reasonOf(await ask(site, 'GET /me'))).toEqual([401, 'token_missing'])
    },
  },
  {
    name: 'the list has own sessions in pages, marks the present one and holds no session id',
    run: async (site) => {
      const first = await logIn(site)
      site.world.clock.advance(1)
      const second = await logIn(site, first.name)
      const whole = await ask(site, 'GET /sessions', { headers: second.bearer })
      expect(whole.body).toEqual({
        sessions: [
          expect.objectContaining({
            sid: second.sid,
            current: true,
            meta: { userAgent: 'a phone', address: expect.any(String) as unknown },
          }),
          expect.not.objectContaining({ current: true }),
        ],
      })
      const names = Object.keys((whole.body?.['sessions'] as object[])[1] ?? {}).sort()
      expect(names).toEqual([
        'authTime',
        'client',
        'createdAt',
        'expiresAt',
        'facts',
        'lastUsedAt',
        'meta',
        'scope',
        'sid',
        'subject',
      ])
      const page = await ask(site, 'GET /sessions?limit=1', { headers: first.bearer })
      const rest = await ask(site, `GET /sessions?limit=1&after=${String(page.body?.['next'])}`, {
        headers: first.bearer,
      })
      expect(
        [page, rest].map(({ body }) => (body?.['sessions'] as { sid: string }[])[0]?.sid),
      ).toEqual([second.sid, first.sid])
      expect(rest.body).not.toHaveProperty('next')
      for (const query of [
        'limit=0',
        'limit=101',
        'limit=a',
        'limit=1&limit=2',
        'after=1',
        'after=a.b',
        'after=',
      ])
        expect([
          query,
          (await ask(site, `GET /sessions?${query}`, { headers: first.bearer })).status,
        ]).toEqual([query, 400])
    },
  },
  {
    name: 'a session is ended by its sid, and that of another subject is 404 as one that does not exist',
    run: async (site) => {
      const first = await logIn(site)
      const second = await logIn(site, first.name)
      const stranger = await logIn(site)
      const refused = await ask(site, `DELETE /sessions/${stranger.sid}`, { headers: first.bearer })
      const unknown = await ask(site, `DELETE /sessions/${'x'.repeat(22)}`, {
        headers: first.bearer,
      })
      expect(reasonOf(refused)).toEqual([404, 'not_found'])
      expect([refused.status, refused.text]).toEqual([unknown.status, unknown.text])
      expect((await ask(site, `DELETE /sessions/${second.sid}`)).status).toBe(401)
      expect(
        (await ask(site, `DELETE /sessions/${second.sid}`, { headers: first.bearer })).status,
      ).toBe(204)
      const statuses = await Promise.all(
        [first, second, stranger].map((user) => ask(site, 'GET /me', { headers: user.bearer })),
      )
      expect(statuses.map(({ status }) => status)).toEqual([200, 401, 200])
    },
  },
  {
    name: 'all other sessions end by end-others, and all by logout-all',
    run: async (site) => {
      const users = [await logIn(site)]
      for (let n = 0; n < 2; n++) users.push(await logIn(site, users[0]?.name))
      const statuses = async () => {
        const answers = users.map((user) => ask(site, 'GET /me', { headers: user.bearer }))
        return (await Promise.all(answers)).map(({ status }) => status)
      }
      for (const route of ['POST /sessions/end-others', 'POST /logout-all'])
        expect((await ask(site, route)).status).toBe(401)
      const headers = users[1]?.bearer ?? {}
      expect((await ask(site, 'POST /sessions/end-others', { headers })).status).toBe(204)
      expect(await statuses()).toEqual([401, 200, 401])
      expect((await ask(site, 'POST /logout-all', { headers })).status).toBe(204)
      expect(await statuses()).toEqual([401, 401, 401])
    },
  },
  {
    name: 'requests that are for none of the routes go on to the guarded application',
    run: async ({ base, world }) => {
      for (const [method, path] of [
        ['GET', '/auth/login'],
        ['POST', '/auth/login/'],
        ['POST', '/auth/LOGIN'],
        ['GET', '/open'],
      ] as const) {
        const before = world.events.length
        const { status } = await fetch(base + path, { method })
        expect([path, status === 401 || status === 404, world.events.length - before]).toEqual([
          path,
          true,
          0,
        ])
      }
    },
  },
  {
    name: 'the error handler of the adapter answers refusals as the gate does',
    run: async ({ base }) => {
      const response = await fetch(`${base}/refused`)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ reason: 'invalid_grant' })
    },
  },
]

/** Without cookies. */
export const contract: readonly Behaviour[] = [...logins, ...bodies, ...tokens, ...others]
