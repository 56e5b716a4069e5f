import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { auth } from '../../../src/adapters/node/fastify.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { createHandler } from '../../../src/api-spec/runtime/fetch.js'
import { guarded, open } from '../../../src/api-spec/runtime/route.js'
import { nothing } from '../../../src/api-spec/runtime/schema/schema.js'
import { createGate, select } from '../../../src/gate/index.js'
import { sign, verify } from '../../gate/tokens.js'

const ok = () => ({ ok: true })
const routes = [
  open<object, object, object>({ method: 'GET', path: '/open/:user-id' }, nothing, ok),
  guarded<object, 'Auth', object, object>(
    { guard: 'Auth', method: 'GET', path: '/shut/:user-id' },
    nothing,
    ok,
  ),
]

describe('generated routes under a gate of the application', () => {
  it('a rule of the application on Fastify opens a route by its path in the .api file, and no other', async () => {
    const app = Fastify()
    const gate = createGate({ verify, select: select({ except: { path: '/open/:user-id' } }) })
    void app.register(auth(gate))
    registerRoutes(app, { routes, gates: { Auth: gate }, services: {}, appGuards: true })
    app.get('/open/by-hand/:p0', ok)
    const status = async (url: string, headers: Record<string, string> = {}) =>
      (await app.inject({ url, headers })).statusCode
    expect(await status('/open/7')).toBe(200)
    expect(await status('/shut/7')).toBe(401)
    expect(await status('/open/by-hand/7')).toBe(401)
    expect(await status('/shut/7', { authorization: `Bearer ${await sign({ sub: 'a' })}` })).toBe(
      200,
    )
    await app.close()
  })

  it('a fetch handler answers 500, and not 401, for a guarded route that its gate leaves out', async () => {
    const codes: string[] = []
    const gate = createGate({
      verify,
      select: select({ except: { path: '/shut/:user-id' } }),
      onEvent: (event) => {
        if (event.kind === 'refused') codes.push(event.code)
      },
    })
    const handle = createHandler({ routes, gates: { Auth: gate }, services: {} })
    expect((await handle(new Request('http://localhost/shut/7'))).status).toBe(500)
    expect(codes).toEqual(['ROUTE_UNGUARDED'])
    const guarding = createGate({ verify })
    const guardedToo = createHandler({ routes, gates: { Auth: guarding }, services: {} })
    expect((await guardedToo(new Request('http://localhost/shut/7'))).status).toBe(401)
    expect((await guardedToo(new Request('http://localhost/open/7'))).status).toBe(200)
  })
})
