import Koa from 'koa'
import { afterEach, describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/node/koa.js'
import { createVerifier } from '../../../src/token/index.js'
import { fromContext, createGate } from '../../../src/gate/index.js'
import { listening } from '../apps/listening.js'
import { type Server } from '../site.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const servers: Server[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function listen(app: Pick<Koa, 'callback'>): Promise<string> {
  const server = await listening(app.callback())
  servers.push(server)
  return server.base
}

async function bearer(): Promise<RequestInit> {
  return { headers: { authorization: `Bearer ${await token()}` } }
}

describe('the Koa middleware', () => {
  test('a web stream as the body runs in the context', async () => {
    const app = new Koa().use(auth(createGate({ verify }))).use((ctx) => {
      let pulls = 0
      ctx.body = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(Buffer.from(`${String(fromContext()?.token.payload.sub)};`))
          if ((pulls += 1) === 3) controller.close()
        },
      })
    })
    const base = await listen(app)
    expect(await (await fetch(base, await bearer())).text()).toBe('alice;alice;alice;')
  })

  test('headers set before the gate stay on a refusal, and an empty refusal has no content type', async () => {
    const app = new Koa().use(async (ctx, next) => {
      ctx.set('access-control-allow-origin', 'https://site.example')
      await next()
    })
    app.use(auth(createGate({ verify, render: 'goZero' })))
    const answer = await fetch(await listen(app))
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://site.example')
    expect(answer.headers.get('content-type')).toBeNull()
  })

  test('middleware after the gate does not run for a refused call, and Koa handles its errors', async () => {
    let runs = 0
    const app = new Koa().use(auth(createGate({ verify }))).use(() => {
      runs += 1
      throw Object.assign(new Error('teapot'), { status: 418, expose: true })
    })
    const base = await listen(app)
    expect([(await fetch(base)).status, runs]).toEqual([401, 0])
    expect((await fetch(base, await bearer())).status).toBe(418)
  })
})
