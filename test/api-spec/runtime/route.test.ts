import { describe, expect, it } from 'vitest'
import { answerTo } from '../../../src/api-spec/runtime/answer.js'
import { type Call } from '../../../src/api-spec/runtime/call.js'
import { HttpError, notImplemented } from '../../../src/api-spec/runtime/http-error.js'
import { guarded, open } from '../../../src/api-spec/runtime/route.js'
import { createRouter } from '../../../src/api-spec/runtime/router.js'
import { type Claims, type VerifiedToken } from '../../../src/token/token.js'
import { nothing } from '../../../src/api-spec/runtime/schema/schema.js'

const none = () => []
const parts = { json: undefined, form: none, path: none, header: none }
const callWith = (signal: AbortSignal): Call<object> => ({
  ...{ method: 'GET', path: '/x', services: {}, address: '', headers: none, signal },
  setHeader: () => undefined,
})
const call = callWith(new AbortController().signal)

/** As a gate hands it over; only a verifier makes a real one. */
const tokenWith = (payload: Claims) =>
  ({ header: { alg: 'HS256' }, claims: {}, payload }) as unknown as VerifiedToken

describe('a route of jotgate/api-spec/runtime', () => {
  it('a route stays shut when it is guarded and no gate has admitted the call', async () => {
    let ran = false
    const route = guarded({ guard: 'Auth', method: 'GET', path: '/x' }, nothing, () => {
      ran = true
    })
    await expect(route.run({ call, parts, token: undefined })).rejects.toMatchObject({
      code: 'TOKEN_MISSING',
    })
    expect(ran).toBe(false)
    await route.run({ call, parts, token: tokenWith({ sub: 'alice' }) })
    expect(ran).toBe(true)
  })

  it('a route runs for tokens with all of its scopes and roles only, before its middleware', async () => {
    const ran: string[] = []
    const note = (name: string) => (_call: unknown, next: () => Promise<unknown>) => {
      ran.push(name)
      return next()
    }
    const options = {
      ...{ guard: 'Auth', method: 'GET', path: '/x', middleware: [note('middleware')] },
      ...{ scopes: ['a', 'b'], roles: ['admin', 'auditor'] },
    }
    const route = guarded(options, nothing, () => ran.push('handler'))
    const roles = ['admin', 'auditor']
    const run = (payload: Claims) => route.run({ call, parts, token: tokenWith(payload) })
    for (const payload of [
      {},
      { scope: 'a b' },
      { roles },
      { scope: 'a', roles },
      { scope: 'a b', role: 'admin' },
    ])
      await expect(run(payload)).rejects.toMatchObject({ code: 'FORBIDDEN', scope: ['a', 'b'] })
    expect(ran).toEqual([])
    await run({ scope: 'c b a', roles })
    expect(ran).toEqual(['middleware', 'handler'])
  })

  it('a route cannot be made with a demand that any token would meet, or none', () => {
    const made = (demand: object) => () =>
      guarded({ guard: 'Auth', method: 'GET', path: '/x', ...demand }, nothing, () => undefined)
    expect(made({ scopes: [] })).toThrow('takes one or more scopes')
    expect(made({ scopes: ['a b'] })).toThrow('takes one or more scopes')
    expect(made({ roles: [] })).toThrow('takes one or more role names')
    expect(made({})().authorize).toBeUndefined()
  })

  it('a route runs its middleware from the outside in, before its handler', async () => {
    const said: string[] = []
    const saying = (word: string) => (_call: unknown, next: () => Promise<unknown>) => {
      said.push(word)
      return next()
    }
    const options = { method: 'GET', path: '/x', middleware: [saying('first'), saying('second')] }
    await open(options, nothing, () => said.push('handler')).run({ call, parts, token: undefined })
    expect(said).toEqual(['first', 'second', 'handler'])
  })

  it('a route answers 503 when its time is up, and aborts the signal of the handler', async () => {
    let signal: AbortSignal | undefined
    const options = { method: 'GET', path: '/x', timeoutMs: 1 }
    const route = open(options, nothing, (own) => {
      signal = own.signal
      return new Promise(() => undefined)
    })
    await expect(route.run({ call, parts, token: undefined })).rejects.toMatchObject({
      status: 503,
    })
    expect(signal?.aborted).toBe(true)
  })

  it('a route leaves the signal alone when a handler with a timeout throws', async () => {
    let signal: AbortSignal | undefined
    const options = { method: 'GET', path: '/x', timeoutMs: 60_000 }
    const route = open(options, nothing, (own) => {
      signal = own.signal
      throw new Error('a bug')
    })
    await expect(route.run({ call, parts, token: undefined })).rejects.toThrow('a bug')
    expect(signal?.aborted).toBe(false)
  })

  it('a route aborts the signal of a handler with a timeout when the caller has gone', async () => {
    const leaving = new AbortController()
    const options = { method: 'GET', path: '/x', timeoutMs: 60_000 }
    const route = open(options, nothing, ({ signal }) => {
      leaving.abort()
      return signal.aborted
    })
    const run = route.run({ call: callWith(leaving.signal), parts, token: undefined })
    expect(await run).toBe(true)
  })
})

describe('answerTo', () => {
  it('answerTo says nothing about an unexpected error', () => {
    const { status, body } = answerTo(new Error('password is hunter2'), {})
    expect(status).toBe(500)
    expect(body).not.toContain('hunter2')
  })

  it('answerTo sends the body of an HttpError, and no body when there is none', () => {
    expect(answerTo(new HttpError(409, { why: 'busy' }), {})).toMatchObject({
      status: 409,
      body: '{"why":"busy"}',
    })
    expect(answerTo(new HttpError(410, undefined), {})).toMatchObject({ status: 410, body: '' })
  })

  it('answerTo answers 501 with the name of a handler that is not implemented', () => {
    const thrown = () => notImplemented('admin/jobs/slow')
    expect(thrown).toThrow(HttpError)
    try {
      thrown()
    } catch (error) {
      const { status, body } = answerTo(error, {})
      expect([status, body]).toEqual([501, expect.stringContaining('admin/jobs/slow')])
    }
  })
})

describe('the router of jotgate/api-spec/fetch', () => {
  const find = createRouter([
    { method: 'GET', path: '/orders/:id' },
    { method: 'GET', path: '/orders/new' },
    { method: 'GET', path: '/orders/new/:part' },
  ])

  it('the router prefers a fixed segment, and decodes parameters', () => {
    expect(find('GET', '/orders/new')?.route.path).toBe('/orders/new')
    expect(find('GET', '/orders/a%2Fb')?.params).toEqual({ id: 'a/b' })
  })

  it('the router finds nothing for another method, an empty parameter or a broken escape', () => {
    for (const [method, path] of [
      ['POST', '/orders/7'],
      ['GET', '/orders/'],
      ['GET', '/orders/%zz'],
      ['GET', '/orders/7/'],
    ] as const)
      expect([path, find(method, path)]).toEqual([path, undefined])
  })
})
