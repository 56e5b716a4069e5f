import { expect } from 'vitest'
import { token } from '../tokens.js'
import { call, callAs, callRaw, type Behaviour } from './client.js'

/** Ways to write a path so that a guard and a router may read two different ones. */
const tricks: readonly string[] = [
  '//me',
  '/public//me',
  '/public/../me',
  '/public/./../me',
  '/public/%2e%2e/me',
  '/public/%2E%2E/me',
  '/public/..%2fme',
  '/public%2f..%2fme',
  '/public/..%5cme',
  '/public\\..\\me',
  '/public;/../me',
  '/public;a=b/me',
  '/me;/public',
  '/public/%252e%252e/me',
  '/public%00/../me',
  '/public#/me',
  '/publicity',
  '/PUBLIC/hello',
  '/Public/hello',
  '/healthz/',
  '/healthz/../me',
  '/HEALTHZ',
  '/healthz%20',
  '/healthz.json',
  '/me/',
  '/ME',
  '/%6de',
  '/m%65',
  '/./me',
  '/me/.',
  '/me?/public',
  '/me?path=/healthz',
  'http://127.0.0.1/me',
  'http://127.0.0.1/public/../me',
]

const overrides: readonly (readonly string[])[] = [
  ['POST /me HTTP/1.1', 'X-HTTP-Method-Override: OPTIONS', 'Content-Length: 0'],
  ['GET /me HTTP/1.1', 'X-HTTP-Method-Override: OPTIONS'],
  ['GET /me HTTP/1.1', 'X-Original-URL: /healthz', 'X-Rewrite-URL: /healthz'],
  ['GET /me HTTP/1.1', 'X-Forwarded-Prefix: /public', 'X-Forwarded-Uri: /public/hello'],
]

/** With everything guarded but a few names, no spelling of another path opens it. */
export const paths: readonly Behaviour[] = [
  {
    name: 'an excepted path needs no token and has no caller',
    run: async (base) => {
      expect(JSON.parse((await call(base, '/healthz')).body)).toEqual({ subject: null })
      expect(JSON.parse((await call(base, '/public/hello?a=b')).body)).toEqual({ subject: null })
      expect((await call(base, '/public/hello/more')).status).toBe(404)
      expect((await call(base, '/other')).status).toBe(401)
    },
  },
  {
    name: 'an excepted path stays open to a caller with an invalid token',
    run: async (base) => {
      expect((await callAs('bad', base, '/healthz')).status).toBe(200)
      expect((await callAs('bad', base, '/other')).status).toBe(401)
    },
  },
  {
    name: 'a caller with a token sees no difference in plain paths',
    run: async (base) => {
      expect(JSON.parse((await callAs(await token(), base, '/me?x=//')).body)).toEqual({
        subject: 'alice',
      })
    },
  },
  {
    name: 'an encoded letter opens the same route as without encoding, or nothing',
    run: async (base) => {
      const { status, body } = await callRaw(base, ['GET /publi%63/hello HTTP/1.1'])
      expect(status === 401 || body.includes('{"subject":null}')).toBe(true)
      expect((await callRaw(base, ['GET /publi%63ity HTTP/1.1'])).status).toBe(401)
    },
  },
  ...tricks.map((path) => ({
    name: `GET ${path} opens nothing`,
    run: async (base: string) => {
      const { status, body } = await callRaw(base, [`GET ${path} HTTP/1.1`])
      expect([400, 401]).toContain(status)
      expect(body).not.toContain('subject')
    },
  })),
  ...overrides.map((lines) => ({
    name: `${lines.slice(0, 2).join(' with ')} opens nothing`,
    run: async (base: string) => {
      expect((await callRaw(base, lines)).status).toBe(401)
    },
  })),
]

const guardedSpellings: readonly string[] = [
  '/admin',
  '/admin/',
  '/ADMIN',
  '/Admin/',
  '/%61dmin',
  '/adm%69n',
  '/%41DMIN',
  '//admin',
  '/admin//',
  '/admin;x',
  '/;/admin',
  '/./admin',
  '/x/../admin',
  '/x/%2e%2e/admin',
  '/admin%2f',
  '/admin/.',
  '/admin%00',
  '/admin%3bx',
  '/admin?x=/open',
  '/admin#x',
  '\\admin',
  '/\\admin',
  'http://127.0.0.1/admin',
  '/area',
  '/area/',
  '/area/x',
  '/AREA/x',
  '/area/%78',
  '/area/x/',
  '/v1/admin',
  '/V1/Admin',
  '/v1/%61dmin',
]

/** With only a few names guarded, no spelling of one of them is open. */
export const listedPaths: readonly Behaviour[] = [
  {
    name: 'an unlisted path is open',
    run: async (base) => {
      expect((await call(base, '/open')).status).toBe(200)
      expect((await call(base, '/areas')).status).toBe(404)
      expect((await call(base, '/administrator')).status).toBe(404)
      expect((await call(base, '/admin')).status).toBe(401)
    },
  },
  {
    name: 'a listed path is served with a token',
    run: async (base) => {
      const good = await token()
      for (const path of ['/admin', '/area/x', '/v1/admin']) {
        expect(JSON.parse((await callAs(good, base, path)).body)).toEqual({ secret: true })
        expect((await call(base, path)).status).toBe(401)
      }
    },
  },
  ...guardedSpellings.map((path) => ({
    name: `GET ${path} stays guarded`,
    run: async (base: string) => {
      const { status, body } = await callRaw(base, [`GET ${path} HTTP/1.1`])
      expect([400, 401]).toContain(status)
      expect(body).not.toContain('secret')
    },
  })),
]
