import 'reflect-metadata'
import { Controller, Get, Module, type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  Authorize,
  CurrentUser,
  JotgateModule,
  OptionalAuth,
  Public,
  Roles,
  Scopes,
} from '../../../src/adapters/nest/nest.js'
import { type Claims, createVerifier } from '../../../src/token/index.js'
import { anyOf, createGate, requireRoles, requireScopes } from '../../../src/gate/index.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const gate = createGate({ verify })

@Controller('users')
class Users {
  @Get('me')
  me(@CurrentUser() user: Claims, @CurrentUser('sub') subject: string) {
    return [user.sub, subject, gate.current().claims.sub]
  }

  @Public()
  @Get('public')
  open(@CurrentUser() user: Claims | undefined) {
    return [user?.sub ?? null]
  }

  @OptionalAuth()
  @Get('optional')
  optional(@CurrentUser('sub') subject: string | undefined) {
    return [subject ?? null]
  }

  @Roles('admin')
  @Get('roles')
  roles() {
    return ['in']
  }

  @Scopes('orders:read')
  @Scopes('orders:write')
  @Get('scopes')
  scopes() {
    return ['in']
  }

  @Authorize(anyOf(requireRoles('admin'), requireScopes('audit')))
  @Get('either')
  either() {
    return ['in']
  }

  @Public()
  @Roles('admin')
  @Get('contradiction')
  contradiction() {
    return ['in']
  }

  @OptionalAuth()
  @Get('current')
  nobody() {
    return [gate.current().claims.sub]
  }

  @Public()
  @Get('unguarded')
  unguarded() {
    return [gate.current().claims.sub]
  }
}

@Roles('staff')
@Controller('staff')
class Staff {
  @Get()
  staff() {
    return ['in']
  }

  @Roles('admin')
  @Get('admin')
  admin() {
    return ['in']
  }

  @Public()
  @Get('open')
  open() {
    return ['in']
  }
}

@Controller('inherited')
class Inherited extends Staff {}

@Public()
@Controller('open')
class Open {
  @Get()
  open() {
    return ['in']
  }

  @Roles('admin')
  @Get('admin')
  admin() {
    return ['in']
  }
}

@Module({
  imports: [JotgateModule.forRoot({ gate })],
  controllers: [Users, Staff, Inherited, Open],
})
class App {}

let app: INestApplication
let base: string
beforeAll(async () => {
  app = await NestFactory.create(App, { logger: false, forceCloseConnections: true })
  app.setGlobalPrefix('api')
  await app.listen(0, '127.0.0.1')
  base = `${await app.getUrl()}/api`
})
afterAll(() => app.close())

async function get(path: string, claims?: Claims) {
  const headers = claims ? { authorization: `Bearer ${await token(claims)}` } : undefined
  const answer = await fetch(base + path, headers ? { headers } : {})
  const challenge = answer.headers.get('www-authenticate')
  return { status: answer.status, body: await answer.json(), challenge }
}

describe('JotgateModule over HTTP', () => {
  test('JotgateModule guards every handler, and passes on the caller', async () => {
    expect((await get('/users/me')).status).toBe(401)
    expect((await get('/users/me', { sub: 'bob' })).body).toEqual(['bob', 'bob', 'bob'])
  })

  test('@Public requires no token and has no caller', async () => {
    expect((await get('/users/public')).body).toEqual([null])
    expect((await get('/users/public', {})).body).toEqual([null])
  })

  test('@OptionalAuth knows a caller with a token, and refuses an invalid token', async () => {
    expect((await get('/users/optional')).body).toEqual([null])
    expect((await get('/users/optional', { sub: 'carol' })).body).toEqual(['carol'])
    expect((await get('/users/optional', { aud: 'other' })).status).toBe(401)
  })

  test('@Roles is 401 without a token, 403 without the role', async () => {
    expect((await get('/users/roles')).status).toBe(401)
    expect((await get('/users/roles', {})).status).toBe(403)
    expect((await get('/users/roles', { roles: ['admin'] })).body).toEqual(['in'])
  })

  test('@Scopes twice requires both, and the challenge names them', async () => {
    const refused = await get('/users/scopes', { scope: 'orders:read' })
    expect(refused.status).toBe(403)
    expect(refused.challenge).toMatch(/scope="orders:write orders:read"$/)
    expect((await get('/users/scopes', { scope: 'orders:write orders:read' })).status).toBe(200)
  })

  test('@Authorize accepts any guard', async () => {
    expect((await get('/users/either', {})).status).toBe(403)
    expect((await get('/users/either', { scope: 'audit' })).status).toBe(200)
    expect((await get('/users/either', { role: 'admin' })).status).toBe(200)
  })

  test('guards next to @Public win', async () => {
    expect((await get('/users/contradiction')).status).toBe(401)
    expect((await get('/users/contradiction', {})).status).toBe(403)
  })

  test.each(['/staff', '/inherited'])('guards of a class apply to %s', async (path) => {
    expect((await get(path)).status).toBe(401)
    expect((await get(path, {})).status).toBe(403)
    expect((await get(path, { roles: ['staff'] })).status).toBe(200)
    expect((await get(`${path}/admin`, { roles: ['admin'] })).status).toBe(403)
    expect((await get(`${path}/admin`, { roles: ['staff', 'admin'] })).status).toBe(200)
    expect((await get(`${path}/open`)).status).toBe(200)
  })

  test('a guard on a handler closes what its class opens', async () => {
    expect((await get('/open')).status).toBe(200)
    expect((await get('/open/admin')).status).toBe(401)
    expect((await get('/open/admin', {})).status).toBe(403)
  })

  test('gate.current() without a token is 401 with a challenge, not a 500', async () => {
    const refused = await get('/users/current')
    expect([refused.status, refused.challenge]).toEqual([401, 'Bearer realm="api"'])
  })

  test('gate.current() in a public handler is 500, with a valid token as well', async () => {
    expect((await get('/users/unguarded')).status).toBe(500)
    expect((await get('/users/unguarded', { sub: 'alice' })).status).toBe(500)
  })

  test('an unknown path requires a token before it is a 404', async () => {
    expect((await get('/nowhere')).status).toBe(401)
    expect((await get('/nowhere', {})).status).toBe(404)
  })
})
