import { status } from '@grpc/grpc-js'
import { expect } from 'vitest'
import { forged, goodClaims, handmade, now, otherAlgorithm, token } from '../tokens.js'
import {
  ambiguous,
  bearer,
  call,
  callAs,
  expectRefusal,
  expired,
  field,
  forbidden,
  invalid,
  kinds,
  missing,
  type RpcBehaviour,
} from './client.js'

const header = { alg: 'HS256', typ: 'JWT' }

/** How a call without a good token looks, and what it is told. */
const refusals: Readonly<
  Record<
    string,
    readonly [() => string | undefined | Promise<string>, typeof missing | typeof invalid]
  >
> = {
  'no token': [() => undefined, missing],
  'a raw token without a scheme': [() => token(), missing],
  'another scheme': [() => 'Basic YWxpY2U6c2VjcmV0', missing],
  'two tokens joined by a comma': [
    async () => `Bearer ${await token()}, Bearer ${await token()}`,
    ambiguous,
  ],
  'a token that is none': [() => 'Bearer abc', invalid],
  'a token of another key': [async () => `Bearer ${await forged()}`, invalid],
  'a token of another algorithm': [async () => `Bearer ${await otherAlgorithm()}`, invalid],
  'a token of algorithm none': [
    () => `Bearer ${handmade({ alg: 'none' }, goodClaims()).replace(/[^.]*$/, '')}`,
    invalid,
  ],
  'a token for another audience': [async () => `Bearer ${await token({ aud: 'other' })}`, invalid],
  'a token of another kind': [
    () => `Bearer ${handmade({ ...header, typ: 'refresh+jwt' }, goodClaims())}`,
    invalid,
  ],
  'an expired token': [async () => `Bearer ${await token({ exp: now() - 3600 })}`, expired],
  'a revoked token': [async () => `Bearer ${await token({ jti: 'revoked' })}`, invalid],
}

const everyKind = Object.entries(kinds)

/** What every RPC adapter does in front of the methods and the policy of `site.ts`. */
export const rpcContract: readonly RpcBehaviour[] = [
  ...everyKind.flatMap(([kind, method]) => [
    ...Object.entries(refusals).map(([name, [value, wanted]]) => ({
      name: `a ${kind} call with ${name} is refused, and no handler runs`,
      run: async (address: string) => {
        const before = await handlerCalls(address)
        const sent = await value()
        const metadata = sent === undefined ? {} : { metadata: field('authorization', sent) }
        expectRefusal(await call(address, method, metadata), wanted)
        expect(await handlerCalls(address)).toBe(before)
      },
    })),
    {
      name: `a ${kind} call is UNAVAILABLE where nobody can say what is revoked`,
      run: async (address: string) => {
        const outcome = await callAs(await token({ jti: 'store-is-down' }), address, method)
        expect(outcome.code).toBe(status.UNAVAILABLE)
        expect(Number(outcome.trailers['retry-after'])).toBeGreaterThan(0)
        expect(outcome.details).not.toContain('connection refused')
        expect(outcome.trailers['www-authenticate']).toBeUndefined()
      },
    },
    {
      name: `a ${kind} call with a good token knows its caller, in every message`,
      run: async (address: string) => {
        const sub = `caller of ${kind}`
        const { code, messages } = await callAs(await token({ sub }), address, method)
        expect(code).toBe(status.OK)
        const counts = { Me: [1], Collect: [3], Watch: [1, 2, 3], Chat: [1, 2, 3] }[method]
        expect(messages).toEqual(counts.map((count) => ({ subject: sub, count })))
        expectRefusal(await call(address, method), missing)
      },
    },
  ]),
  ...['bearer', 'BEARER'].map((scheme) => ({
    name: `the scheme may be written ${scheme}`,
    run: async (address: string) => {
      const metadata = field('authorization', `${scheme} ${await token()}`)
      expect((await call(address, 'Me', { metadata })).messages).toEqual([
        { subject: 'alice', count: 1 },
      ])
    },
  })),
  {
    name: 'a binary twin of the field is not read',
    run: async (address) => {
      const metadata = bearer('x')
      metadata.remove('authorization')
      metadata.set('authorization-bin', Buffer.from(`Bearer ${await token()}`))
      expectRefusal(await call(address, 'Me', { metadata }), missing)
    },
  },
  {
    name: 'a bad signature, an unknown key and a revoked token look alike',
    run: async (address) => {
      const outcomes = new Set<string>()
      for (const bad of [await forged(), await token({ jti: 'revoked' }), `${await token()}A`]) {
        const { code, details, trailers } = await callAs(bad, address, 'Me')
        outcomes.add(JSON.stringify([code, details, trailers['www-authenticate']]))
      }
      expect([...outcomes]).toEqual([expect.stringContaining('invalid_token')])
    },
  },
  ...['Orders', 'OrderFeed'].map((method) => ({
    name: `${method} without the scopes is PERMISSION_DENIED and names them`,
    run: async (address: string) => {
      const outcome = await callAs(await token({ scope: 'orders:read' }), address, method)
      expectRefusal(outcome, forbidden)
      expect(outcome.trailers['www-authenticate']).toMatch(/scope="orders:read orders:list"$/)
      const scope = 'orders:list orders:read'
      expect((await callAs(await token({ scope }), address, method)).code).toBe(status.OK)
      expectRefusal(await call(address, method), missing)
    },
  })),
  ...['Optional', 'OptionalFeed'].map((method) => ({
    name: `${method} lets nobody by as nobody, and refuses a token that is not good`,
    run: async (address: string) => {
      expect((await call(address, method)).messages[0]).toMatchObject({ subject: '' })
      const known = await callAs(await token({ sub: 'carol' }), address, method)
      expect(known.messages[0]).toMatchObject({ subject: 'carol' })
      expectRefusal(await callAs(await forged(), address, method), invalid)
    },
  })),
  ...['grpc.health.v1.Health/Check', 'grpc.health.v1.Health/Watch'].map((method) => ({
    name: `${method} is open by the allow-list, and only it`,
    run: async (address: string) => {
      expect(await call(address, method)).toMatchObject({
        code: status.OK,
        messages: [{ status: 1 }],
      })
      expect((await callAs('bad', address, method)).code).toBe(status.OK)
      expectRefusal(await call(address, 'Me'), missing)
    },
  })),
  {
    name: 'an open method has no caller, whatever token comes',
    run: async (address) => {
      expect((await call(address, 'Open')).messages).toEqual([{ subject: '', count: 1 }])
      expect((await callAs(await token(), address, 'Open')).messages[0]?.subject).toBe('')
      expectRefusal(await call(address, 'Me'), missing)
    },
  },
  ...[
    'jotgate.test.v1.Site/me',
    'jotgate.test.v1.Site/ME',
    'jotgate.test.v1.Site/Me/',
    'jotgate.test.v1.Site//Me',
    '/jotgate.test.v1.Site/Me',
    'jotgate.test.v1.Site/%4De',
    'jotgate.test.v1.Site/Open/../Me',
    'jotgate.test.v1.Site/Me;x',
    'jotgate.test.v1.Site/Me?x=/jotgate.test.v1.Site/Open',
    'grpc.health.v1.Health/../../jotgate.test.v1.Site/Me',
    'grpc.health.v1.Healthy/Check',
  ].map((path) => ({
    name: `the path /${path} opens nothing`,
    run: async (address: string) => {
      const before = await handlerCalls(address)
      const outcome = await call(address, path)
      expect(outcome.code).not.toBe(status.OK)
      expect(outcome.messages).toEqual([])
      expect(await handlerCalls(address)).toBe(before)
      expectRefusal(await call(address, 'Me'), missing)
    },
  })),
  {
    name: 'a handler that fails does so as without a gate, and the next call works',
    run: async (address) => {
      const good = await token()
      for (const method of ['Fails', 'FailsLate']) {
        const { code, trailers } = await callAs(good, address, method)
        expect([status.UNKNOWN, status.INTERNAL]).toContain(code)
        expect(trailers['www-authenticate']).toBeUndefined()
        expectRefusal(await call(address, method), missing)
      }
      expect((await callAs(good, address, 'Me')).code).toBe(status.OK)
    },
  },
  {
    name: '2000 interleaved calls never see each other’s caller',
    run: async (address) => {
      const tokens = await Promise.all(
        Array.from({ length: 100 }, (_, n) => token({ sub: `caller-${String(n)}` })),
      )
      for (let round = 0; round < 2; round += 1) {
        const calls = Array.from({ length: 1000 }, (_, n) =>
          callAs(tokens[n % 100] ?? '', address, 'Time'),
        )
        const subjects = (await Promise.all(calls)).map(({ messages }) => messages[0]?.subject)
        expect(subjects).toEqual(calls.map((_, n) => `caller-${String(n % 100)}`))
      }
    },
  },
]

async function handlerCalls(address: string): Promise<number | undefined> {
  return (await call(address, 'Calls')).messages[0]?.count
}
