import { expect } from 'vitest'
import { type Behaviour } from '../wire.js'
import { expectFailure, gate, later, refuseCurrent, signIn, times, until } from './setup.js'

/** How a session stays alive. */
export const refreshing: readonly Behaviour[] = [
  {
    name: 'of a hundred calls with an expired token one refreshes, and all carry the new token',
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      clock.advance(1000)
      const answers = await times(100, () => wire.call(client))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
      expect(new Set(wire.ledger.values())).toEqual(new Set(['Bearer canary-2']))
    },
  },
  {
    name: 'of a hundred calls that are refused one refreshes, and all succeed at their second try',
    run: async (wire) => {
      const { client } = await signIn(wire)
      refuseCurrent(wire)
      const answers = await times(100, () => wire.call(client))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
    },
  },
  {
    name: 'a refusal that comes late, of a token replaced since, causes no second refresh',
    run: async (wire) => {
      const { client } = await signIn(wire)
      refuseCurrent(wire)
      const hold = gate()
      wire.ledger.holdCalls = hold.opened
      const late = later(times(10, () => wire.call(client)))
      await until(wire, () => wire.ledger.at('home').length === 10)
      wire.ledger.holdCalls = undefined
      expect((await wire.call(client)).status).toBe(200)
      hold.open()
      expect((await late).every(({ status }) => status === 200)).toBe(true)
      expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
    },
  },
  {
    name: 'a server that refuses every token is asked twice and no more',
    run: async (wire) => {
      const { client } = await signIn(wire)
      wire.ledger.issue = () => ({ accessToken: 'canary-x', refreshToken: 'r', expiresIn: 900 })
      refuseCurrent(wire)
      expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1', 'Bearer canary-x'])
      expect(wire.ledger.presented).toHaveLength(1)
    },
  },
  {
    name: 'a token that has just been refreshed and is refused is not refreshed again',
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      wire.ledger.issue = () => ({ accessToken: 'canary-x', refreshToken: 'r', expiresIn: 900 })
      refuseCurrent(wire)
      for (let call = 0; call < 5; call++) expect((await wire.call(client)).status).toBe(401)
      expect(wire.ledger.presented).toHaveLength(1)
      clock.advance(10)
      await wire.call(client)
      expect(wire.ledger.presented).toHaveLength(2)
    },
  },
  {
    name: 'after refreshAfter one refresh runs beside the calls, which wait for nothing',
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      const hold = gate()
      wire.ledger.holdRefresh = hold.opened
      clock.advance(500)
      expect((await wire.call(client)).status).toBe(200)
      expect((await wire.call(client)).status).toBe(200)
      hold.open()
      await until(wire, () => wire.ledger.generation === 2)
      await until(wire, () => wire.ledger.presented.length === 1)
      await until(wire, () => wire.ledger.accepted === 'Bearer canary-2')
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect((await wire.call(client)).status).toBe(200)
      expect(wire.ledger.values()).toEqual([
        'Bearer canary-1',
        'Bearer canary-1',
        'Bearer canary-2',
      ])
      expect(wire.ledger.presented).toHaveLength(1)
    },
  },
  {
    name: 'before refreshAfter nothing is refreshed',
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      clock.advance(400)
      await wire.call(client)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect(wire.ledger.presented).toEqual([])
    },
  },
  {
    name: 'a refresh ahead of need that fails does not disturb the calls',
    run: async (wire) => {
      const { client, clock, events } = await signIn(wire)
      wire.ledger.refreshModes = ['wrong']
      clock.advance(500)
      expect((await wire.call(client)).status).toBe(200)
      await until(wire, () => events.some(({ kind }) => kind === 'refresh-failed'))
      expect((await wire.call(client)).status).toBe(200)
      expect(wire.ledger.presented).toHaveLength(1)
    },
  },
  ...(['lost', 'half', 'unavailable'] as const).map((mode): Behaviour => ({
    name: `a refresh whose answer is ${mode} is presented again with the same refresh token`,
    run: async (wire) => {
      const { client, clock } = await signIn(wire)
      wire.ledger.refreshModes = [mode, 'ok']
      clock.advance(1000)
      expect((await wire.call(client)).status).toBe(200)
      expect(wire.ledger.presented).toEqual(['refresh-canary-1', 'refresh-canary-1'])
    },
  })),
  ...(['refused', 'invalid_grant'] as const).map((mode): Behaviour => ({
    name: `a refresh that is ${mode} signs out, once, and later calls are not sent`,
    run: async (wire) => {
      const { client, clock, events, session } = await signIn(wire)
      wire.ledger.refreshModes = [mode]
      clock.advance(1000)
      await expectFailure(wire.call(client), 'SIGNED_OUT')
      await expectFailure(wire.call(client), 'SIGNED_OUT')
      expect(await session.isSignedIn()).toBe(false)
      expect(wire.ledger.presented).toHaveLength(1)
      expect(wire.ledger.seen).toEqual([])
      expect(events.filter(({ kind }) => kind === 'signed-out')).toHaveLength(1)
    },
  })),
  {
    name: 'a server that cannot refresh now keeps the session, says so, and is asked again later',
    isSlow: true,
    run: async (wire) => {
      const { client, clock, session } = await signIn(wire)
      wire.ledger.refreshModes = ['unavailable']
      clock.advance(1000)
      await expectFailure(wire.call(client), 'REFRESH_UNAVAILABLE')
      expect(await session.isSignedIn()).toBe(true)
      wire.ledger.refreshModes = ['ok']
      expect((await wire.call(client)).status).toBe(200)
      expect(new Set(wire.ledger.presented)).toEqual(new Set(['refresh-canary-1']))
    },
  },
  {
    name: 'an endpoint that is none keeps the session and says so',
    run: async (wire) => {
      const { client, clock, session } = await signIn(wire)
      wire.ledger.refreshModes = ['wrong']
      clock.advance(1000)
      await expectFailure(wire.call(client), 'REFRESH_FAILED')
      expect(await session.isSignedIn()).toBe(true)
      expect(wire.ledger.presented).toHaveLength(1)
    },
  },
  {
    name: 'after signOut nothing is sent, and a refresh under way changes nothing',
    run: async (wire) => {
      const { client, clock, session } = await signIn(wire)
      const hold = gate()
      wire.ledger.holdRefresh = hold.opened
      clock.advance(1000)
      const call = later(wire.call(client))
      await until(wire, () => wire.ledger.presented.length === 1)
      await session.signOut()
      hold.open()
      await expectFailure(call, 'SIGNED_OUT')
      expect(await session.isSignedIn()).toBe(false)
      expect(wire.ledger.seen).toEqual([])
    },
  },
  {
    name: 'a new login takes the place of the session at once',
    run: async (wire) => {
      const { client, session } = await signIn(wire)
      await session.signIn(wire.ledger.issue())
      expect((await wire.call(client)).status).toBe(200)
      expect(wire.ledger.values()).toEqual(['Bearer canary-2'])
    },
  },
]
