import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import express from 'express'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError } from '../../../src/api-spec/runtime/client.js'
import { registerRoutes } from '../../../src/api-spec/runtime/fastify.js'
import { book, createWholeService, listen, listenerOf, type Site } from './whole-service.js'

let whole: Awaited<ReturnType<typeof createWholeService>>
beforeAll(async () => {
  whole = await createWholeService('compile')
}, 120_000)
afterAll(() => {
  whole.workshop.remove()
})

test('a service with everything that a route can ask for compiles in the strictest setting', () => {
  expect(whole.said).toEqual([])
})

const hosts: Readonly<Record<string, () => Promise<Site>>> = {
  Fastify: async () => {
    const app = Fastify({ forceCloseConnections: true })
    registerRoutes(app, whole.setup)
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url, close: () => app.close() }
  },
  Express: () => {
    const app = express()
    app.get('/own', (_request, response) => void response.send('own'))
    app.use(listenerOf(whole.setup))
    return listen(app)
  },
  Fetch: () => listen(listenerOf(whole.setup)),
}

describe.each(Object.entries(hosts))('a service with everything, on %s', (_name, start) => {
  let site: Site
  beforeAll(async () => {
    site = await start()
  })
  afterAll(() => site.close())

  const withToken = (token: string | undefined) =>
    whole.createClient({
      baseUrl: site.url,
      ...(token && { source: { grant: () => ({ token }) } }),
    })
  const loggedIn = async (claims: object = {}) => {
    const own = { sub: 'alice', scope: 'items:write', roles: ['admin'], ...claims }
    return withToken(await whole.sign.Auth(own))
  }

  test('the client logs in by a form, and its token opens what the login has', async () => {
    const { accessToken } = await withToken(undefined).login({
      ...{ username: 'älice & co', password: 'open sesame' },
    })
    const client = withToken(accessToken)
    expect(await client.account.changeCard()).toEqual({ name: 'älice & co' })
    expect(await client.account.remove()).toBeUndefined()
    const wrong = withToken(undefined).login({ username: 'a', password: 'b' })
    await expect(wrong).rejects.toMatchObject({
      status: 401,
      body: { reason: 'invalid_credentials' },
    })
    await expect(wrong).rejects.toBeInstanceOf(ApiError)
  })

  test('an optional route names the caller, takes none, and refuses a wrong token', async () => {
    expect(await withToken(undefined).offers()).toEqual({ name: 'anyone' })
    expect(await (await loggedIn()).offers()).toEqual({ name: 'alice' })
    await expect(withToken('wrong').offers()).rejects.toMatchObject({ status: 401 })
  })

  test('members go where their tags say, and a 64-bit number in text stays exact', async () => {
    whole.setup.services.log.length = 0
    const client = await loggedIn()
    const saved = await client.shopItems.save({ shop: 'a/b ü', dry: true, 'X-Trace': 't', ...book })
    expect(saved).toEqual({ shop: 'a/b ü', by: 'alice', dry: true, item: book })
    const { id, left, maker, parts } = book
    const plain = { id, left, maker, parts }
    const defaults = await client.shopItems.save({ shop: 's', ...plain })
    expect(defaults).toEqual({
      shop: 's',
      by: 'alice',
      dry: false,
      item: { ...plain, kind: 'book' },
    })
    expect(whole.setup.services.log).toEqual(Array(2).fill('PUT /v1/:shop/items'))
    const strict = client.shopItems.save({ shop: 's', ...book, note: 'ambiguous' })
    await expect(strict).rejects.toMatchObject({ status: 400 })
    const long = client.shopItems.save({ shop: 's', ...book, kind: 'x'.repeat(600) })
    await expect(long).rejects.toMatchObject({ status: 413 })
  })

  test('scopes, roles and a recent login are asked for, route by route', async () => {
    const status = (answer: Promise<unknown>) =>
      answer.then(
        () => 200,
        (error: unknown) => (error as { status: number }).status,
      )
    const guest = await loggedIn({ scope: 'items:read', roles: [] })
    expect(await status(guest.shopItems.save({ shop: 's', ...book }))).toBe(403)
    expect(await status(guest.account.remove())).toBe(403)
    expect(await status(guest.account.changeCard())).toBe(401)
    expect(await status(withToken(undefined).account.remove())).toBe(401)
    const now = Math.floor(Date.now() / 1000)
    expect(await status((await loggedIn({ auth_time: now - 10 })).account.changeCard())).toBe(200)
    expect(await status((await loggedIn({ auth_time: now - 3600 })).account.changeCard())).toBe(401)
  })

  test('a guard in transition takes tokens of both its secrets, and none of the other guard', async () => {
    const ask = async (token: string) =>
      withToken(token)
        .partner.me()
        .catch((error: unknown) => (error as { status: number }).status)
    expect(await ask(await whole.sign.AuthPartner({ sub: 'new' }))).toEqual({ name: 'new' })
    expect(await ask(await whole.signOld.AuthPartner({ sub: 'old' }))).toEqual({ name: 'old' })
    expect(await ask(await whole.sign.Auth({ sub: 'alice' }))).toBe(401)
  })

  test('events come one by one, and a handler that takes too long is 503', async () => {
    const client = await loggedIn()
    const ticks: unknown[] = []
    for await (const tick of await client.account.watch()) ticks.push(tick)
    expect(ticks).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }])
    await expect(client.account.slow()).rejects.toMatchObject({ status: 503 })
  })

  test.each([
    ['whole', 'upload'],
    ['as streams', 'stream'],
  ] as const)(
    'files are uploaded %s with their names and types, up to the limits of the .api file',
    async (_how, route) => {
      const { account } = await loggedIn()
      const upload = (...sent: Parameters<typeof account.upload>) => account[route](...sent)
      const file = (text: string, type = 'text/plain') => new File([text], 'ü.txt', { type })
      const two = [file('one'), file('two', 'image/png')]
      expect(await upload({ title: 't', tag: ['a', 'b'] }, { files: { file: two } })).toEqual({
        ...{ title: 't', tags: ['a', 'b'] },
        files: ['ü.txt text/plain one', 'ü.txt image/png two'],
      })
      expect(await upload({})).toEqual({ title: '', tags: [], files: [] })
      const status = (...files: readonly File[]) =>
        upload({}, { files: { file: files } }).then(
          () => 200,
          (error: unknown) => (error as { status: number }).status,
        )
      expect(await status(file('a'), file('b'), file('c'))).toBe(413)
      expect(await status(file('x'.repeat(1001)))).toBe(413)
      expect(await status(file('x'.repeat(1000)), file('x'.repeat(1000)))).toBe(200)
      expect(await status(file('x', 'application/pdf'))).toBe(415)
      const wide = upload({ title: 'x'.repeat(5000) })
      await expect(wide).rejects.toMatchObject({ status: 413 })
    },
  )

  const form = 'application/x-www-form-urlencoded'
  const password = 'username=a&password=open+sesame'
  const own = { 'content-type': form, 'sec-fetch-site': 'same-origin' }
  const foreign = { 'content-type': form, 'sec-fetch-site': 'cross-site' }
  const evil = { 'content-type': form, origin: 'https://evil.example' }
  const multipart = 'multipart/form-data'
  type Sent = readonly [headers: Readonly<Record<string, string>>, body: string]
  test.each<[string, number, Sent]>([
    ['a form of a program', 200, [{ 'content-type': form }, password]],
    ['a form in another charset', 415, [{ 'content-type': `${form}; charset=latin1` }, password]],
    ['a compressed form', 415, [{ 'content-type': form, 'content-encoding': 'gzip' }, password]],
    ['text', 415, [{ 'content-type': 'text/plain' }, password]],
    ['a body without a content type', 415, [{}, password]],
    ['half of a form with parts', 400, [{ 'content-type': `${multipart}; boundary=x` }, '--x']],
    ['a form with parts and no boundary', 400, [{ 'content-type': multipart }, '--x']],
    ['a form with a member twice', 400, [{ 'content-type': form }, `${password}&password=x`]],
    ['a form without a member', 400, [{ 'content-type': form }, 'username=a']],
    ['a form of the own page', 200, [own, password]],
    ['a form of another site', 403, [foreign, password]],
    ['a form of another origin', 403, [evil, password]],
    ['a form of no origin', 403, [{ ...evil, origin: 'null' }, password]],
    ['a form with a cookie', 403, [{ 'content-type': form, cookie: 'a=b' }, password]],
  ])('%s as a login is answered %i', async (_what, wanted, [headers, body]) => {
    const { statusCode } = await raw(`${site.url}/v1/login`, headers, body)
    expect(statusCode).toBe(wanted)
  })

  test('a member is not taken from the form and from the address, and a path out of the table is 404', async () => {
    const headers = { 'content-type': form }
    const both = await raw(`${site.url}/v1/login?username=b`, headers, password)
    expect(both.statusCode).toBe(400)
    expect(await readText(both)).not.toContain('sesame')
    expect((await raw(`${site.url}/v1/logout`, headers, password)).statusCode).toBe(404)
  })
})

/** One POST as its header fields say, which fetch would change. */
async function raw(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<IncomingMessage> {
  const call = send(url, { method: 'POST', headers, agent: false })
  call.end(body)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return answer
}
