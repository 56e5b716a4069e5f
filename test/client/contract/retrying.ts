import { expect } from 'vitest'
import { type Behaviour } from '../wire.js'
import { expectNoToken, gate, later, refuseCurrent, signIn, until } from './setup.js'

/** What is sent again, what is not, and who may give up. */
export const retrying: readonly Behaviour[] = [
  {
    name: 'a refused call is sent again whole',
    run: async (wire) => {
      const { client } = await signIn(wire)
      refuseCurrent(wire)
      const body = 'y'.repeat(50_000)
      const answer = await wire.call(client, { body, headers: { 'x-trace': 'abc' } })
      expect(answer).toEqual({ status: 200, body })
      expect(wire.ledger.at('home').map((seen) => seen.body)).toEqual([body, body])
      expect(wire.ledger.values('x-trace')).toEqual(['abc', 'abc'])
    },
  },
  {
    name: 'a call whose body is a stream is not sent again',
    run: async (wire) => {
      const { client } = await signIn(wire)
      expect((await wire.call(client, { body: 'once', streamed: true })).status).toBe(200)
      refuseCurrent(wire)
      expect((await wire.call(client, { body: 'once', streamed: true })).status).toBe(401)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', 'Bearer canary-1'])
    },
  },
  ...([403, 500] as const).map((status): Behaviour => ({
    name: `${String(status)} is an answer like any other: no refresh, no second try`,
    run: async (wire) => {
      const { client } = await signIn(wire)
      const body = status === 403 ? 'forbidden' : 'broken'
      expect((await wire.call(client, { body })).status).toBe(status)
      expect(wire.ledger.presented).toEqual([])
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
    },
  })),
  {
    name: 'a foreign 401 is nothing to refresh for',
    run: async (wire) => {
      const { client } = await signIn(wire)
      wire.ledger.judge = (seen) => {
        wire.ledger.seen.push(seen)
        return Promise.resolve(401)
      }
      expect((await wire.call(client, { to: 'foreign' })).status).toBe(401)
      expect(wire.ledger.values('authorization', 'foreign')).toEqual([undefined])
      expect(wire.ledger.presented).toEqual([])
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.presented).toHaveLength(1)
    },
  },
  {
    name: 'a caller who has given up before sends nothing',
    run: async (wire) => {
      const { client } = await signIn(wire)
      const signal = AbortSignal.abort(new Error('changed my mind'))
      const error: unknown = await wire.call(client, { signal }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      expectNoToken(String(error))
      expect(wire.ledger.seen).toEqual([])
      await wire.call(client)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
    },
  },
  {
    name: 'a caller who gives up while a refresh runs leaves it running for the others',
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      const hold = gate()
      wire.ledger.holdRefresh = hold.opened
      clock.advance(1000)
      const impatient = new AbortController()
      const gone = wire
        .call(client, { signal: impatient.signal })
        .catch((reason: unknown) => reason)
      const patient = later(wire.call(client))
      await until(wire, () => wire.ledger.presented.length === 1)
      impatient.abort()
      expect(await gone).toBeInstanceOf(Error)
      hold.open()
      expect((await patient).status).toBe(200)
      expect(wire.ledger.presented).toHaveLength(1)
      expect(wire.ledger.values()).toEqual(['Bearer canary-2'])
    },
  },
]
