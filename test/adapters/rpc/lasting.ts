import { status } from '@grpc/grpc-js'
import { expect } from 'vitest'
import { now, token } from '../tokens.js'
import { call, callAs, expectRefusal, missing, type RpcBehaviour } from './client.js'

/** The site asks again every second. One that did not would leave a stream open for ever: a busy machine may be slow. */
const bound = 20_000
let subjects = 0

/** Streams that are open for longer than their token is good. */
export const lasting: readonly RpcBehaviour[] = ['Watch', 'Chat', 'Collect'].flatMap((method) => [
  {
    name: `${method}: a stream that outlives its token is closed at its expiry`,
    run: async (address: string) => {
      const good = await token({ exp: now() + 2, iat: now() })
      const start = performance.now()
      const outcome = await callAs(good, address, { method, text: 'forever' })
      expectClosed(outcome, { method, details: /has expired/ })
      expect(performance.now() - start).toBeLessThan(2000 + bound)
    },
  },
  {
    name: `${method}: a stream whose token is revoked is closed within the bound`,
    run: async (address: string) => {
      const sub = `revoked while it streams ${String((subjects += 1))}`
      const stream = callAs(await token({ sub }), address, { method, text: 'forever' })
      await new Promise((resolve) => setTimeout(resolve, 300))
      const start = performance.now()
      await call(address, 'Revoke', { text: sub })
      expectClosed(await stream, { method, details: /not valid here/ })
      expect(performance.now() - start).toBeLessThan(bound)
    },
  },
  {
    name: `${method}: a stream whose token stays good stays open until the client hangs up`,
    run: async (address: string) => {
      expectRefusal(await call(address, method), missing)
      if (method === 'Collect') return
      const start = performance.now()
      const onMessage = () => performance.now() - start > 2500
      const good = await token()
      const outcome = await callAs(good, address, { method, text: 'forever', onMessage })
      expect(outcome.code).toBe(status.CANCELLED)
      expect(outcome.messages.length).toBeGreaterThan(10)
      expect(new Set(outcome.messages.map(({ subject }) => subject))).toEqual(new Set(['alice']))
    },
  },
])

function expectClosed(
  { code, details, messages, trailers }: Awaited<ReturnType<typeof call>>,
  wanted: { method: string; details: RegExp },
): void {
  expect(code).toBe(status.UNAUTHENTICATED)
  expect(details).toMatch(wanted.details)
  expect(trailers['www-authenticate']).toMatch(/error="invalid_token"/)
  if (wanted.method !== 'Collect') expect(messages.length).toBeGreaterThan(3)
}
