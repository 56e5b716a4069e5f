import { status } from '@grpc/grpc-js'
import { expect } from 'vitest'
import { now, token } from '../tokens.js'
import { call, callAs, expectRefusal, missing, type RpcBehaviour } from './client.js'

/**
 * Messages of a stream, one every 20 ms, within which the site has asked again or its token has expired. A process that
 * is slow sends them as slowly as it asks.
 */
export const bound = 300
/** Messages in which the site asks again at least twice. */
const askedAgain = 120
let subjects = 0

/** Streams that are open for longer than their token is valid; one that is still open after so many messages hangs up. */
export const lasting = (most: number): readonly RpcBehaviour[] =>
  ['Watch', 'Chat', 'Collect'].flatMap((method) => [
    {
      name: `${method}: a stream that outlives its token is closed at its expiry`,
      run: async (address: string) => {
        const good = await token({ exp: now() + 2, iat: now() })
        const outcome = await callAs(good, address, { method, text: 'forever', most })
        expectClosed(outcome, { method, details: /has expired/ })
      },
    },
    {
      name: `${method}: a stream whose token is revoked is closed when the site asks again`,
      run: async (address: string) => {
        const sub = `revoked while it streams ${String((subjects += 1))}`
        let revoked: Promise<unknown> | undefined
        const onMessage = ({ count }: { count: number }) => {
          if (count >= 5) revoked ??= call(address, 'Revoke', { text: sub })
        }
        const sent = { method, text: 'forever', most, onMessage }
        expectClosed(await callAs(await token({ sub }), address, sent), {
          method,
          details: /not valid here/,
        })
        await revoked
      },
    },
    {
      name: `${method}: a stream whose token stays valid stays open until the client hangs up`,
      run: async (address: string) => {
        expectRefusal(await call(address, method), missing)
        if (method === 'Collect') return
        const sent = { method, text: 'forever', most: askedAgain }
        const outcome = await callAs(await token(), address, sent)
        expect(outcome.code).toBe(status.CANCELLED)
        expect(outcome.messages.length).toBeGreaterThanOrEqual(askedAgain)
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
