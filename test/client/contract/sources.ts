import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { forwarded, selfSigned, type SelfSignedOptions } from '../../../src/client/index.js'
import { hmacKey } from '../../../src/key/index.js'
import { type Claims, createSigner } from '../../../src/token/index.js'
import { fakeClock, type FakeClock } from '../../../src/testkit/index.js'
import { type Behaviour, type Wire } from '../wire.js'
import { clientOf, expectFailure, times } from './setup.js'

const key = hmacKey(randomBytes(32), 'HS256')

function signer(clock: FakeClock, expiresIn: '5m' | null = '5m') {
  return createSigner({ key, issuer: 'orders', audience: ['users'], expiresIn, now: clock.now })
}

function signing(
  wire: Wire,
  options: Partial<SelfSignedOptions<Claims>> = {},
  clock = fakeClock(),
) {
  const source = selfSigned<Claims>({ sign: signer(clock), now: clock.now, ...options })
  return { clock, client: clientOf(wire, { source }) }
}

const distinct = (wire: Wire) => new Set(wire.ledger.values()).size

/** A service's own tokens, and its callers'. */
export const sources: readonly Behaviour[] = [
  {
    name: 'selfSigned signs once for a hundred calls at a time, and for those after them',
    run: async (wire) => {
      const { client } = signing(wire, { claims: { sub: 'orders' } })
      await times(100, () => wire.call(client))
      await wire.call(client)
      expect(wire.ledger.seen).toHaveLength(101)
      expect(distinct(wire)).toBe(1)
      expect(wire.ledger.values()[0]).toMatch(/^Bearer eyJ/)
    },
  },
  {
    name: 'selfSigned signs anew before its token expires, and not long before',
    run: async (wire) => {
      const { client, clock } = signing(wire)
      await wire.call(client)
      clock.advance(239)
      await wire.call(client)
      expect(distinct(wire)).toBe(1)
      clock.advance(32)
      await wire.call(client)
      expect(distinct(wire)).toBe(2)
    },
  },
  {
    name: 'selfSigned signs each call without a cache, and where tokens have no exp',
    run: async (wire) => {
      const { client } = signing(wire, { cache: false })
      for (let call = 0; call < 3; call++) await wire.call(client)
      expect(distinct(wire)).toBe(3)
      const lasting = signing(wire, { sign: signer(fakeClock(), null) })
      for (let call = 0; call < 3; call++) await wire.call(lasting.client)
      expect(distinct(wire)).toBe(6)
    },
  },
  {
    name: 'selfSigned signs anew after a refusal, once',
    run: async (wire) => {
      const { client } = signing(wire)
      wire.ledger.accepted = 'Bearer none'
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.seen).toHaveLength(2)
      expect(distinct(wire)).toBe(2)
    },
  },
  {
    name: 'selfSigned asks a function for the claims of every token',
    run: async (wire) => {
      let count = 0
      const { client } = signing(wire, {
        cache: false,
        claims: () => ({ sub: `call-${String(++count)}` }),
      })
      await wire.call(client)
      await wire.call(client)
      const payload = wire.ledger.values()[1]?.split('.')[1] ?? ''
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
        sub: 'call-2',
      })
    },
  },
  {
    name: "forwarded passes the caller's token on, and lets its refusal stand",
    run: async (wire) => {
      const clock = fakeClock()
      const token = await signer(clock)({ sub: 'alice' })
      const source = forwarded({ incoming: () => token, audience: 'users', now: clock.now })
      const client = clientOf(wire, { source })
      expect((await wire.call(client)).status).toBe(200)
      wire.ledger.accepted = 'Bearer none'
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.values()).toEqual([`Bearer ${token}`, `Bearer ${token}`])
    },
  },
  {
    name: 'forwarded sends nothing outside of a call',
    run: async (wire) => {
      const fail = () => {
        throw new Error('no context')
      }
      for (const incoming of [() => undefined, fail]) {
        const client = clientOf(wire, { source: forwarded({ incoming, audience: 'users' }) })
        await expectFailure(wire.call(client), 'NO_INCOMING')
      }
      expect(wire.ledger.seen).toEqual([])
    },
  },
  {
    name: 'forwarded sends nothing to a target that the token is not meant for',
    run: async (wire) => {
      const clock = fakeClock()
      const token = await signer(clock)({ sub: 'alice' })
      for (const audience of [
        'payments',
        { [wire.foreign]: 'users' },
        { [wire.home]: 'payments' },
      ]) {
        const source = forwarded({ incoming: () => token, audience, now: clock.now })
        await expectFailure(wire.call(clientOf(wire, { source })), 'AUDIENCE_REFUSED')
      }
      const named = { incoming: () => token, audience: { [wire.home]: 'users' }, now: clock.now }
      expect((await wire.call(clientOf(wire, { source: forwarded(named) }))).status).toBe(200)
      expect(wire.ledger.values()).toEqual([`Bearer ${token}`])
    },
  },
  {
    name: 'forwarded sends nothing once the token has expired',
    run: async (wire) => {
      const clock = fakeClock()
      const token = await signer(clock)({ sub: 'alice' })
      const source = forwarded({ incoming: () => token, audience: 'users', now: clock.now })
      clock.advance(300)
      await expectFailure(wire.call(clientOf(wire, { source })), 'INCOMING_EXPIRED')
      expect(wire.ledger.seen).toEqual([])
    },
  },
]
