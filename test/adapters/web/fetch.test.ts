import { describe, expect, test } from 'vitest'
import { auth } from '../../../src/adapters/web/fetch.js'
import { createVerifier } from '../../../src/token/index.js'
import { from, fromContext, createGate, select } from '../../../src/gate/index.js'
import { audience, issuer, key, token } from '../tokens.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const gate = createGate({ verify })

async function request(): Promise<Request> {
  const headers = { authorization: `Bearer ${await token()}` }
  return new Request('http://site.example/', { headers })
}

describe('the Fetch wrapper', () => {
  test('the Fetch wrapper passes on the host’s arguments, and the answer unchanged', async () => {
    const answer = Response.redirect('http://other.example/', 303)
    const empty = auth(gate)((_: Request, env: { name: string }) => {
      expect(env).toEqual({ name: 'env' })
      return answer
    })
    expect(await empty(await request(), { name: 'env' })).toBe(answer)
  })

  test('a body that is read later runs in the context, and can be cancelled', async () => {
    const seen: unknown[] = []
    const handler = auth(gate)(
      () =>
        new Response(
          new ReadableStream<Uint8Array>(
            {
              pull(controller) {
                seen.push(fromContext()?.token.payload.sub)
                controller.enqueue(Buffer.from('x'))
              },
              cancel(reason) {
                seen.push(fromContext()?.token.payload.sub, reason)
              },
            },
            { highWaterMark: 0 },
          ),
          { status: 201, headers: { 'x-own': 'kept' } },
        ),
    )
    const response = await handler(await request())
    expect([response.status, response.headers.get('x-own')]).toEqual([201, 'kept'])
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.read()
    await reader?.cancel('enough')
    expect(seen).toEqual(['alice', 'alice', 'alice', 'enough'])
  })

  test('an error in the body reaches its reader', async () => {
    const handler = auth(gate)(
      () =>
        new Response(
          new ReadableStream({
            pull() {
              throw new Error('a body failed')
            },
          }),
        ),
    )
    await expect((await handler(await request())).text()).rejects.toThrow('a body failed')
  })

  test('the Fetch wrapper rejects with the error that the handler throws', async () => {
    const failing = auth(gate)(() => Promise.reject(new Error('a handler failed')))
    await expect(failing(await request())).rejects.toThrow('a handler failed')
  })

  test('a token in a cookie keeps the answer private, unless the handler says otherwise', async () => {
    const guarded = auth(createGate({ verify, extract: from.cookie('token') }))
    const cookie = `token=${await token()}`
    const plain = new Request('http://site.example/', { headers: { cookie } })
    expect((await guarded(() => new Response('in'))(plain)).headers.get('cache-control')).toBe(
      'private',
    )
    const headers = { 'Cache-Control': 'no-store' }
    const own = await guarded(() => new Response('in', { headers }))(plain)
    expect(own.headers.get('cache-control')).toBe('no-store')
  })

  test('a refusal has no body for HEAD, and none of goZero has a content type', async () => {
    const head = await auth(gate)(() => new Response('in'))(
      new Request('http://site.example/', { method: 'HEAD' }),
    )
    expect([head.status, head.body]).toEqual([401, null])
    const goZero = auth(createGate({ verify, render: 'goZero' }))(() => new Response('in'))
    const refused = await goZero(new Request('http://site.example/'))
    expect([refused.status, refused.headers.get('content-type')]).toEqual([401, null])
  })

  test.each([
    ['http://site.example', 200],
    ['http://site.example/open', 401],
    ['http://site.example/?a=/', 200],
    ['http://site.example/#/', 400],
    ['http://user@site.example/', 200],
  ])('select reads the path of %s', async (url, status) => {
    const open = auth(createGate({ verify, select: select({ except: { path: '/' } }) }))
    const answered = await open(() => new Response('in'))({
      method: 'GET',
      url,
      headers: new Headers(),
    } as Request) // as hosts hand them over that do not normalise
    expect(answered.status).toBe(status)
  })
})
