import { type ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { fromSession } from '../../src/client/index.js'
import { startLiar } from './liar.js'
import { visitorOf } from './visitor.js'

test('a page that uses jotgate/client in cookie mode is refreshed by it, and signed out when the provider refuses', async () => {
  const liar = await startLiar()
  const visitor = visitorOf(liar)
  await visitor.logIn()
  liar.nonce = undefined
  const seen: number[] = []
  const session = fromSession({
    ...{ endpoint: 'https://shop.example/auth/refresh', cookies: true, now: () => liar.now() },
    fetch: async () => {
      const { status, body } = await visitor.post('refresh')
      seen.push(status)
      return new Response(body, { status })
    },
  })
  const call = () => session.grant({ origin: 'https://shop.example' })
  const later = (seconds: number) => {
    liar.now = () => Date.now() / 1000 + seconds
  }
  await session.signIn({ expiresIn: 900 })
  later(901)
  await call()
  await call()
  expect(seen).toEqual([200])
  const invalid = (response: ServerResponse) =>
    response.writeHead(400).end('{"error":"invalid_grant"}')
  liar.lies = { reply: invalid }
  later(1900)
  await call().catch(() => undefined)
  expect([seen, await session.isSignedIn()]).toEqual([[200, 401], false])
  await liar.close()
})
