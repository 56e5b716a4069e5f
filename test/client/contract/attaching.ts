import { expect } from 'vitest'
import { type Behaviour } from '../wire.js'
import { clientOf, expectFailure, expectNoToken, refuseCurrent, signIn } from './setup.js'

const fixed = (token: string) => ({ grant: () => Promise.resolve({ token }) })

/** What goes with which call. */
export const attaching: readonly Behaviour[] = [
  {
    name: 'a call to a configured origin carries the token',
    run: async (wire) => {
      const { client } = await signIn(wire)
      expect((await wire.call(client)).status).toBe(200)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
    },
  },
  {
    name: 'the answer and the body come through whole',
    run: async (wire) => {
      const { client } = await signIn(wire)
      const body = 'x'.repeat(100_000)
      expect((await wire.call(client, { body })).body).toBe(body)
    },
  },
  {
    name: 'a call to another origin carries none',
    run: async (wire) => {
      const { client, events } = await signIn(wire)
      expect((await wire.call(client, { to: 'foreign' })).status).toBe(200)
      expect(wire.ledger.values('authorization', 'foreign')).toEqual([undefined])
      expect((await wire.call(client)).status).toBe(200)
      expect(events).toContainEqual({ kind: 'withheld', origin: wire.foreign })
    },
  },
  {
    name: "the caller's own Authorization is replaced at a configured origin and kept at another",
    run: async (wire) => {
      const { client } = await signIn(wire)
      const headers = { authorization: 'Basic own' }
      expect((await wire.call(client, { headers })).status).toBe(200)
      await wire.call(client, { to: 'foreign', headers })
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect(wire.ledger.values('authorization', 'foreign')).toEqual(['Basic own'])
    },
  },
  {
    name: "the caller's other headers stay",
    run: async (wire) => {
      const { client } = await signIn(wire)
      await wire.call(client, { headers: { 'x-trace': 'abc' } })
      expect(wire.ledger.values('x-trace')).toEqual(['abc'])
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
    },
  },
  {
    name: 'another field takes the bare token, and Authorization stays empty',
    run: async (wire) => {
      const client = clientOf(wire, { source: fixed('canary-a'), header: 'Token' })
      await wire.call(client)
      expect(wire.ledger.values('token')).toEqual(['canary-a'])
      expect(wire.ledger.values()).toEqual([undefined])
    },
  },
  {
    name: 'a scheme of its own goes before the token, null goes before nothing',
    run: async (wire) => {
      await wire.call(clientOf(wire, { source: fixed('canary-a'), scheme: 'Token' }))
      await wire.call(clientOf(wire, { source: fixed('canary-a'), scheme: null }))
      expect(wire.ledger.values()).toEqual(['Token canary-a', 'canary-a'])
    },
  },
  {
    name: 'a source that fails ends the call before it is sent',
    run: async (wire) => {
      const source = { grant: () => Promise.reject(new Error('no key')) }
      await expectFailure(wire.call(clientOf(wire, { source })), 'SOURCE_FAILED')
      expect(wire.ledger.seen).toEqual([])
    },
  },
  {
    name: 'a token that no header can hold is not sent, and not quoted',
    run: async (wire) => {
      for (const token of ['canary\r\nx: y', 'canary canary', '', 'canary\u00e9'])
        await expectFailure(wire.call(clientOf(wire, { source: fixed(token) })), 'TOKEN_UNUSABLE')
      expect(wire.ledger.seen).toEqual([])
    },
  },
  {
    name: 'events hold no token',
    run: async (wire) => {
      const { client, events } = await signIn(wire)
      refuseCurrent(wire)
      await wire.call(client)
      expect(events.map(({ kind }) => kind)).toEqual(['signed-in', 'refreshed', 'retried'])
      expectNoToken(JSON.stringify(events))
      expect(events.every((event) => Object.isFrozen(event))).toBe(true)
    },
  },
]
